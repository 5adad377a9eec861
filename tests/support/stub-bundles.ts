import fs from 'node:fs';
import path from 'node:path';
import { FUNCTION_SETTINGS, type FunctionName } from '../../functions/settings';

export const functionNames = Object.keys(FUNCTION_SETTINGS) as FunctionName[];

/** Fills a directory with a zip for every function. For a stack, the content of the zips does not matter. */
export function stubBundles(directory: string): string {
  fs.mkdirSync(directory, { recursive: true });
  for (const name of functionNames) fs.writeFileSync(path.join(directory, `${name}.zip`), `zip of ${name}`);
  return directory;
}
