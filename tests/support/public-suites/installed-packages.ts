import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';

/** What is used of the package `selfsigned`. */
interface SelfSigned {
  generate(
    name: readonly { readonly name: string; readonly value: string }[],
    options: { readonly keySize: number },
  ): {
    readonly private: string;
    readonly cert: string;
  };
}

const LISTS = path.join(__dirname, 'packages');
const KEPT = path.join(__dirname, '../../../dist/kept/public-suites');

/**
 * Installs the suites' packages, in the versions and with the checksums of their lock file. An installation is kept for the next run.
 * @returns the folder that has `node_modules`
 * @throws Error when npm cannot install them, for example without a connection to the registry
 */
export async function installedPackages(): Promise<string> {
  const lock = await readFile(path.join(LISTS, 'package-lock.json'));
  const folder = path.join(KEPT, createHash('sha256').update(lock).digest('hex').slice(0, 16));
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}-${process.pid}`;
  await rm(KEPT, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) await copyFile(path.join(LISTS, name), path.join(unfinished, name));
  try {
    await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: unfinished });
  } catch (error) {
    const reason = (error as { readonly stderr?: string }).stderr ?? String(error);
    throw new Error(`the public test suites cannot be installed from the npm registry. Connect this machine to it. npm says: ${reason}`, {
      cause: error,
    });
  }
  await addKeys(unfinished);
  await rename(unfinished, folder);
  return folder;
}

/** needle's tests read a key and a certificate that its package leaves out. */
async function addKeys(folder: string): Promise<void> {
  const selfSigned = createRequire(path.join(folder, 'package.json'))('selfsigned') as SelfSigned;
  const { private: key, cert } = selfSigned.generate([{ name: 'commonName', value: 'localhost' }], { keySize: 2048 });
  const keys = path.join(folder, 'node_modules/needle/test/keys');
  await mkdir(keys);
  await writeFile(path.join(keys, 'ssl.key'), key);
  await writeFile(path.join(keys, 'ssl.cert'), cert);
}
