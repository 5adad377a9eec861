import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Writes a report, makes its directory, and prints the file's name. */
export async function writeReport(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(path.resolve(file)), { recursive: true });
  await writeFile(file, text);
  process.stdout.write(`written: ${file}\n`);
}
