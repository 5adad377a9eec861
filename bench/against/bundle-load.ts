import { unzipSync } from 'fflate';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Loads a file as Lambda's runtime does, and prints the CPU time that this took, in µs. */
const LOAD = `
const before = process.cpuUsage();
require(process.argv[1]);
const { user, system } = process.cpuUsage(before);
process.stdout.write(String(user + system));
process.exit();
`;

/** The unpacked code of a function. */
export interface UnpackedFunction {
  /** Environment variables of the function. */
  readonly variables: Readonly<Record<string, string>>;
  readonly index: string;
  remove(): Promise<void>;
}

/** @param zip the function's zip, as `npm run build` makes it */
export async function unpack(zip: string, variables: Readonly<Record<string, string>>): Promise<UnpackedFunction> {
  const directory = await mkdtemp(path.join(tmpdir(), 'http-tunnel-load-'));
  for (const [name, code] of Object.entries(unzipSync(await readFile(zip)))) {
    await mkdir(path.dirname(path.join(directory, name)), { recursive: true });
    await writeFile(path.join(directory, name), code);
  }
  return { variables, index: path.join(directory, 'index.js'), remove: () => rm(directory, { recursive: true, force: true }) };
}

/** CPU time of loading a function's code in a new process, without a code cache, in ms. */
export async function loadCpuMs({ index, variables }: UnpackedFunction, signal: AbortSignal): Promise<number> {
  const { stdout } = await run(process.execPath, ['-e', LOAD, index], { env: { ...variables }, signal });
  return Number(stdout) / 1000;
}
