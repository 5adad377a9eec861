/** Bundles the agent into one file that runs on plain Node 20, for people who do not have the repository. */
import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { parseNothing, runProgram } from '../cli/command-line';

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
    // Optional native modules of ws. ws works without them.
    external: ['bufferutil', 'utf-8-validate'],
    logLevel: 'warning',
  });
  chmodSync(outFile, 0o755);
  return { bytes: statSync(outFile).size };
}

async function main(): Promise<number> {
  const outFile = join(root, 'dist/agent/http-tunnel.cjs');
  const { bytes } = await buildAgent(outFile);
  process.stdout.write(`${outFile} (${(bytes / 1024).toFixed(0)} KB)\n`);
  return 0;
}

if (process.argv[1] && resolve(process.argv[1]) === __filename) {
  void runProgram('build:agent', parseNothing('npm run build:agent --', 'Bundles the agent into dist/agent/http-tunnel.cjs.'), main);
}
