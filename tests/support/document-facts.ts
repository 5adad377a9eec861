/** Checks the facts in a document that a program can check: paths, commands with their flags, and counts. */
import fs from 'node:fs';
import path from 'node:path';
import { npmScripts } from './npm-scripts';

const ROOT = path.join(__dirname, '../..');
const SCRIPTS = npmScripts();

/** Folders and files that the project generates; a new clone does not have them. */
const GENERATED = /^(dist|cdktf\.out|coverage|plans)(\/|$)/;

/** Top-level names of the repository: a code span that begins with one is a path. */
const TOP_LEVEL = fs.readdirSync(ROOT).filter((name) => !['node_modules', '.git'].includes(name));

/** Flags of npm, Node.js, git and cdktf in documents. */
const FOREIGN_FLAGS = new Set([
  '--import',
  '--max-old-space-size',
  '--no-verify',
  '--omit',
  '--outputs-file',
  '--hcl',
  '--require',
  '--silent',
  '--version',
]);

/** Other programs, whose flags are not checked here. tests/infra/runbooks.test.ts checks the runbooks' calls of `aws`. */
const FOREIGN_PROGRAM = /(^|\s|\()(aws|base64|curl|docker|gh|git|jq|k6|npx|openssl|ssh|terraform)\s/;

/** A count in documents: the pattern, with a group for the number, and the actual count. */
export interface Count {
  readonly pattern: RegExp;
  readonly actual: number;
}

/**
 * A count of what the stacks have. It would be wrong after the next change of the stacks, so only the generated table has such counts.
 * Smaller numbers in words are about some of the things, not about all.
 */
const COUNT_OF_STACK =
  /\b(?:\d+|five|six|seven|eight|nine|ten|eleven|twelve) (?:more )?(?:resources|functions|APIs|tables|queues|alarms)\b/gi;

/** One sentence for each problem of a document. @param counts the counts that the document must have */
export function problemsOfDocument(text: string, counts: readonly Count[]): string[] {
  return [
    ...codeIn(text).flatMap((span) => [...problemsOfPath(span), ...problemsOfCommand(span)]),
    ...counts.flatMap((count) => problemsOfCount(text, count)),
    ...[...text.matchAll(COUNT_OF_STACK)].map(([count]) => `"${count}": leave the number out, or link to the table in docs/plan-review.md`),
  ];
}

/** Lines of shell blocks, and code spans. */
const codeIn = (text: string): string[] =>
  [...text.matchAll(/```(?:sh|bash)\n(.*?)```|```.*?```|`([^`\n]+)`/gs)].flatMap(
    ([, block, span]) => block?.replace(/\\\n/g, '').split('\n') ?? span ?? [],
  );

const withoutComment = (line: string): string => line.replace(/ # .*/, '');

/** The lines of a document that a reader can run, without their comments. */
export const commandsIn = (text: string): string[] =>
  codeIn(text)
    .map((line) => withoutComment(line).replace(/\s+/g, ' ').trim())
    .filter((line) => /^(?:aws|npm|terraform) /.test(line));

function problemsOfPath(span: string): string[] {
  const [, file = ''] = /^([\w.-]+(?:\/[\w.@-]+)*\/?)(?::\d+)?$/.exec(span) ?? [];
  const [top = ''] = file.split('/');
  const isPath = file.includes('/') && TOP_LEVEL.includes(top) && !GENERATED.test(file);
  return !isPath || fs.existsSync(path.join(ROOT, file)) ? [] : [`the path ${file} does not exist`];
}

function problemsOfCommand(line: string): string[] {
  const span = withoutComment(line);
  const flags = [...span.matchAll(/(?<![\w-])--[a-z][a-z0-9-]*/g)].map(([flag]) => flag).filter((flag) => !FOREIGN_FLAGS.has(flag));
  const [, script] = /^(?:.*?[ ;&(])?npm (?:run (?:--silent )?)?([a-z][\w:-]*)(?=\s|$)/.exec(span) ?? [];
  if (script !== undefined && !['ci', 'install', 'run', 'view', 'warn'].includes(script) && !(script in SCRIPTS)) {
    return [`package.json has no script ${script}`];
  }
  if (FOREIGN_PROGRAM.test(span)) return [];
  const known = script === undefined ? allFlags() : flagsOf(script);
  return flags
    .filter((flag) => !known.has(flag))
    .map((flag) => `${script === undefined ? 'no program' : `npm run ${script}`} has a flag ${flag}`);
}

function problemsOfCount(text: string, { pattern, actual }: Count): string[] {
  return [...text.matchAll(pattern)].flatMap(([sentence, number]) =>
    Number(number) === actual ? [] : [`"${sentence}": there are ${actual}`],
  );
}

/** The flags of each script that is a program of this project. */
const flagsByScript = new Map<string, ReadonlySet<string>>();

function flagsOf(script: string): ReadonlySet<string> {
  const known = flagsByScript.get(script);
  if (known) return known;
  const entries = [...(SCRIPTS[script] ?? '').matchAll(/[\w/.-]+\.m?ts\b/g)].map(([file]) => file);
  const flags = new Set([...filesFrom(entries)].flatMap((file) => declaredIn(fs.readFileSync(path.join(ROOT, file), 'utf8'))));
  // Every program has `--help`.
  flags.add('--help');
  flagsByScript.set(script, flags);
  return flags;
}

const allFlags = (): ReadonlySet<string> => new Set(Object.keys(SCRIPTS).flatMap((script) => [...flagsOf(script)]));

/** Flags that a source file declares for commander or `parseArgs`. */
const declaredIn = (source: string): string[] => [
  ...[...source.matchAll(/(?:[oO]ption|flag)\(\s*['"`](?:-\w, )?(--[a-z][a-z0-9-]*)/g)].map(([, flag = '']) => flag),
];

/** These files and all files of the project that they import. */
function filesFrom(entries: readonly string[], found = new Set<string>()): Set<string> {
  for (const file of entries) {
    if (found.has(file)) continue;
    found.add(file);
    const source = fs.readFileSync(path.join(ROOT, file), 'utf8');
    const imported = [...source.matchAll(/from '(\.\.?\/[^']*|\.\.?)'/g)].flatMap(([, to = '']) => {
      const base = path.join(path.dirname(file), to);
      return [`${base}.ts`, path.join(base, 'index.ts')].filter((candidate) => fs.existsSync(path.join(ROOT, candidate)));
    });
    filesFrom(imported, found);
  }
  return found;
}
