import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Where the commands of this repository find the local cloud that `npm start` runs. */
export interface RunningCloud {
  readonly environment: 'local';
  readonly pid: number;
  readonly visitorUrl: string;
  readonly agentEndpoint: string;
  /** None with `--no-console`. */
  readonly consoleUrl?: string;
}

/** There is no local cloud to speak to. */
export class NoRunningCloudError extends Error {
  override readonly name = 'NoRunningCloudError';
  constructor() {
    super('no local cloud is running: start it with npm start, or name an environment with --env');
  }
}

const FILE = path.join(__dirname, '../dist/local-cloud.json');

export async function writeRunningCloud(cloud: RunningCloud): Promise<void> {
  await mkdir(path.dirname(FILE), { recursive: true });
  // The mode holds for a new file only.
  await rm(FILE, { force: true });
  await writeFile(FILE, `${JSON.stringify(cloud, null, 2)}\n`, { mode: 0o600 });
}

/** @throws NoRunningCloudError */
export async function readRunningCloud(): Promise<RunningCloud> {
  const text = await readFile(FILE, 'utf8').catch(() => undefined);
  const cloud = text === undefined ? undefined : (JSON.parse(text) as RunningCloud);
  if (!cloud || !isAlive(cloud.pid)) throw new NoRunningCloudError();
  return cloud;
}

/** Removes the file, unless another start has written its own meanwhile. */
export async function removeRunningCloud(): Promise<void> {
  const cloud = await readRunningCloud().catch(() => undefined);
  if (cloud?.pid === process.pid) await rm(FILE, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
