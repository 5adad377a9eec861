/** How commands find the running local cloud: the local cloud writes a file when it is ready, and removes the file at its end. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { ToldError } from '../cli/told-error';

const RunningCloudFile = v.object({
  /** Where the AWS SDK finds every service: `http://127.0.0.1:PORT`. */
  endpoint: v.string(),
  region: v.string(),
  /** Access key of an operator with all permissions. */
  accessKeyId: v.string(),
  secretAccessKey: v.string(),
  environment: v.literal('local'),
  pid: v.number(),
  visitorUrl: v.string(),
  agentEndpoint: v.string(),
  consoleUrl: v.optional(v.string()),
  /** The rollout's settings at the start: options of `npm start` override environments/local.ts. */
  responsePath: v.optional(v.object({ percent: v.number(), useEventDriven: v.boolean() })),
});

export type RunningCloud = Readonly<v.InferOutput<typeof RunningCloudFile>>;

/** No local cloud is running; the message says how to start one. */
export class NoRunningCloudError extends ToldError {
  override readonly name = 'NoRunningCloudError';
}

export const RUNNING_CLOUD_FILE = path.join(__dirname, '../dist/local-cloud.json');

/** Writes the file so that only its owner can read it, and renames it into place, so that no reader sees an incomplete file. */
export function writeRunningCloud(cloud: RunningCloud, file = RUNNING_CLOUD_FILE): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const unfinished = `${file}.${cloud.pid}`;
  writeFileSync(unfinished, `${JSON.stringify(cloud, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(unfinished, file);
}

/** @throws NoRunningCloudError when nothing runs, with one line that says what to do */
export function readRunningCloud(file = RUNNING_CLOUD_FILE): RunningCloud {
  const cloud = parse(file);
  if (!cloud) throw new NoRunningCloudError('no local cloud is running: start one with npm start, in another terminal');
  if (!isAlive(cloud.pid))
    throw new NoRunningCloudError(`the local cloud of process ${cloud.pid} has ended: start a new one with npm start, in another terminal`);
  return cloud;
}

/** Removes the file, unless another local cloud has written it since. */
export function removeRunningCloud(pid: number, file = RUNNING_CLOUD_FILE): void {
  if (parse(file)?.pid === pid) rmSync(file, { force: true });
}

function parse(file: string): RunningCloud | undefined {
  try {
    const { success, output } = v.safeParse(RunningCloudFile, JSON.parse(readFileSync(file, 'utf8')));
    return success ? output : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
