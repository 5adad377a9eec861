import fs from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');

type Parser = (args: readonly string[]) => unknown;

/** The scripts of package.json. */
export const npmScripts = (): Readonly<Record<string, string>> =>
  (
    JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    }
  ).scripts;

/**
 * The function that parses a script's options: `parse…Options` of the module `options` or `…-options` beside the script's entry
 * file, as in all programs of this project. Undefined for a script without options.
 */
export async function optionParserOf(script: string): Promise<Parser | undefined> {
  const entry = /([\w/.-]+)\.m?ts\b/.exec(npmScripts()[script] ?? '')?.[1];
  if (entry === undefined) return undefined;
  const beside = ['options', `${path.basename(entry)}-options`, `${path.basename(entry)}/${path.basename(entry)}-options`]
    .map((name) => path.join(ROOT, path.dirname(entry), `${name}.ts`))
    .find((file) => fs.existsSync(file));
  if (beside === undefined) return undefined;
  const exported = (await import(beside)) as Record<string, unknown>;
  const [parser] = Object.entries(exported).flatMap(([name, value]) =>
    /^parse\w+Options$/.test(name) && typeof value === 'function' ? [value as Parser] : [],
  );
  return parser;
}
