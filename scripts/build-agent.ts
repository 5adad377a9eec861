/** Bundles the agent into one file that plain Node 20 runs, for people who do not have the repository. */
import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = join(__dirname, '..');

/** Writes the executable; resolves with its size in bytes. */
export async function buildAgent(outFile: string): Promise<{ readonly bytes: number }> {
  mkdirSync(dirname(outFile), { recursive: true });
  await build({
    entryPoints: [join(root, 'agent/main.ts')],
    outfile: outFile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    banner: { js: '#!/usr/bin/env node' },
    // Native speed-ups of ws, which does without them where they are not installed.
    external: ['bufferutil', 'utf-8-validate'],
    logLevel: 'warning',
  });
  chmodSync(outFile, 0o755);
  return { bytes: statSync(outFile).size };
}

async function main(): Promise<void> {
  const outFile = join(root, 'dist/agent/http-tunnel.cjs');
  const { bytes } = await buildAgent(outFile);
  process.stdout.write(`${outFile} (${(bytes / 1024).toFixed(0)} KB)\n`);
}

if (process.argv[1] && resolve(process.argv[1]) === __filename) void main();
