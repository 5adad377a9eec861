import { readFileSync } from 'node:fs';
import { AgentOptionError } from './errors';

/**
 * Reads a file, without the white space around its content.
 * @param what "token", for the message
 * @param option the option that named the file
 * @throws AgentOptionError when the file cannot be read or is empty
 */
export function readSecretFile(what: string, file: string, option: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new AgentOptionError(`${what} file "${file}" cannot be read (${code ?? 'unknown error'}): check ${option}`, { cause: error });
  }
  if (text === '') throw new AgentOptionError(`${what} file "${file}" is empty: put the ${what} into it`);
  return text;
}
