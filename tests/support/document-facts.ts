/** What a document says that can be looked up: paths, commands with their flags, and counts. */
import fs from 'node:fs';
import path from 'node:path';
import { npmScripts } from './npm-scripts';

const ROOT = path.join(__dirname, '../..');

/** Folders and files that the project makes, and that a clone does not have. */
const GENERATED = /^(dist|cdktf\.out|coverage|plans)(\/|$)/;

/** Top-level names of the repository: a code span that begins with one is a path. */
const TOP_LEVEL = fs.readdirSync(ROOT).filter((name) => !['node_modules', '.git'].includes(name));

/** Flags of npm, Node.js, git and cdktf that documents name beside those of this project. */
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

/** Programs of others, whose flags are not looked up here. The runbooks' calls of `aws` are, in tests/infra/runbooks.test.ts. */
const FOREIGN_PROGRAM = /(^|\s|\()(aws|base64|curl|docker|gh|git|jq|k6|npx|openssl|ssh|terraform)\s/;

/** A count that documents name: how it is written, with the number in a group, and what it is. */
export interface Count {
  readonly pattern: RegExp;
  readonly actual: number;
}

/** What is wrong with a document, a sentence each. @param counts what the numbers in it have to be */
export function problemsOfDocument(text: string, counts: readonly Count[]): string[] {
  const spans = [...text.matchAll(/```(?:sh|bash)\n(.*?)```|```.*?```|`([^`\n]+)`/gs)].flatMap(
    ([, block, span]) => block?.replace(/\\\n/g, '').split('\n') ?? span ?? [],
  );
  return [
    ...spans.flatMap((span) => [...problemsOfPath(span), ...problemsOfCommand(span)]),
    ...counts.flatMap((count) => problemsOfCount(text, count)),
  ];
}

function problemsOfPath(span: string): string[] {
  const [, file = ''] = /^([\w.-]+(?:\/[\w.@-]+)*\/?)(?::\d+)?$/.exec(span) ?? [];
  const [top = ''] = file.split('/');
  const isPath = file.includes('/') && TOP_LEVEL.includes(top) && !GENERATED.test(file);
  return !isPath || fs.existsSync(path.join(ROOT, file)) ? [] : [`the path ${file} does not exist`];
}

function problemsOfCommand(line: string): string[] {
  // Without the shell's comment.
  const span = line.replace(/ # .*/, '');
  const flags = [...span.matchAll(/(?<![\w-])--[a-z][a-z0-9-]*/g)].map(([flag]) => flag).filter((flag) => !FOREIGN_FLAGS.has(flag));
  const [, script] = /^(?:.*?[ ;&(])?npm (?:run (?:--silent )?)?([a-z][\w:-]*)(?=\s|$)/.exec(span) ?? [];
  if (script !== undefined && !['ci', 'install', 'run', 'view', 'warn'].includes(script) && !(script in npmScripts())) {
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

/** Flags by script, where the script is a program of this project. */
const flagsByScript = new Map<string, ReadonlySet<string>>();

function flagsOf(script: string): ReadonlySet<string> {
  const known = flagsByScript.get(script);
  if (known) return known;
  const entries = [...(npmScripts()[script] ?? '').matchAll(/[\w/.-]+\.m?ts\b/g)].map(([file]) => file);
  const flags = new Set([...filesFrom(entries)].flatMap((file) => declaredIn(fs.readFileSync(path.join(ROOT, file), 'utf8'))));
  // Every program has a help.
  flags.add('--help');
  flagsByScript.set(script, flags);
  return flags;
}

const allFlags = (): ReadonlySet<string> => new Set(Object.keys(npmScripts()).flatMap((script) => [...flagsOf(script)]));

/** Flags that a source declares to commander or to `parseArgs`. */
const declaredIn = (source: string): string[] => [
  ...[...source.matchAll(/(?:[oO]ption|flag)\(\s*['"`](?:-\w, )?(--[a-z][a-z0-9-]*)/g)].map(([, flag = '']) => flag),
];

/** Files of the project that these files import, themselves included. */
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
