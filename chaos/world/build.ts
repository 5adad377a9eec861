import { build } from 'esbuild';
import path from 'node:path';
import { buildFunctions } from '../../functions/build-functions';
import { BUNDLES } from '../../local/local-tunnel';

const AGENT = path.join(__dirname, '../../dist/chaos/agent.cjs');

/** Builds the functions and the program of this project's agent. @returns the program's file @throws BuildError */
export async function buildPrograms(): Promise<string> {
  await buildFunctions({ outdir: BUNDLES });
  await build({
    entryPoints: [path.join(__dirname, 'agent-program.ts')],
    outfile: AGENT,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // Optional native modules of ws.
    external: ['bufferutil', 'utf-8-validate'],
    logLevel: 'warning',
  });
  return AGENT;
}
