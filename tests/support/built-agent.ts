import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { buildAgent } from '../../scripts/build-agent';

/** The agent as one file, in a folder of its own. */
export interface BuiltAgent {
  readonly folder: string;
  readonly file: string;
  /** Size of the file. */
  readonly bytes: number;
  remove(): Promise<void>;
}

export async function builtAgent(): Promise<BuiltAgent> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'http-tunnel-'));
  const file = path.join(folder, 'http-tunnel.cjs');
  const { bytes } = await buildAgent(file);
  return { folder, file, bytes, remove: () => rm(folder, { recursive: true }) };
}
