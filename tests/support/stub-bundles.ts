import fs from 'node:fs';
import path from 'node:path';
import { FUNCTION_SETTINGS, type FunctionName } from '../../functions/settings';

export const functionNames = Object.keys(FUNCTION_SETTINGS) as FunctionName[];

/** A directory with a zip for every function; their content does not matter to a stack. */
export function stubBundles(directory: string): string {
  fs.mkdirSync(directory, { recursive: true });
  for (const name of functionNames) fs.writeFileSync(path.join(directory, `${name}.zip`), `zip of ${name}`);
  return directory;
}
