import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startTunnel } from '../support/tunnel';

const run = promisify(execFile);
const SHIM = path.join(__dirname, '../support/k6-shim.js');
const SCRIPT = path.join(__dirname, '../load/event-driven-test.js');

/** Runs one iteration of the script with a shim in place of k6, and prints what the script recorded. */
const DRIVER = `
  globalThis.__ENV = process.env; globalThis.__VU = 7; globalThis.__ITER = 0;
  const script = require('./script.cjs');
  script.setup(); script.default();
  process.stdout.write(JSON.stringify({ recorded: require(${JSON.stringify(SHIM)}).recorded, thresholds: Object.keys(script.options.thresholds) }));`;

test('the k6 script visits the demo through a tunnel, records every metric that has a threshold, and fails for a wrong URL', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'http-tunnel-k6-'));
  const tunnel = await startTunnel();
  try {
    await build({
      entryPoints: [SCRIPT],
      outfile: path.join(directory, 'script.cjs'),
      bundle: true,
      format: 'cjs',
      platform: 'node',
      plugins: [{ name: 'k6', setup: (plugin) => plugin.onResolve({ filter: /^k6(\/|$)/ }, () => ({ path: SHIM, external: true })) }],
    });
    await writeFile(path.join(directory, 'driver.cjs'), DRIVER);
    const env = { ...process.env, TUNNEL_URL: `${tunnel.visitorUrl}/demo/`, AGENT_MS: '50' };
    const { stdout } = await run(process.execPath, [path.join(directory, 'driver.cjs')], { env });
    const { recorded, thresholds } = JSON.parse(stdout) as { recorded: Record<string, number[]>; thresholds: string[] };
    expect(Object.keys(recorded).sort()).toEqual(thresholds.sort());
    expect(recorded['wrong_answers']).toEqual([0]);
    expect(recorded['response_without_agent']).toEqual([expect.any(Number)]);

    const nowhere = { ...env, TUNNEL_URL: `${tunnel.visitorUrl}/nobody` };
    await expect(run(process.execPath, [path.join(directory, 'driver.cjs')], { env: nowhere })).rejects.toThrow('gave 404');
  } finally {
    await tunnel.close();
    await rm(directory, { recursive: true, force: true });
  }
});
