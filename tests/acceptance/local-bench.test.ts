import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { runForFigures } from '../support/run-for-figures';

const CONCURRENT = [1, 3, 6];

test('concurrent visitors of npm start all get answers, and the report has each run and the CPU time of each process', async () => {
  const out = await mkdtemp(path.join(os.tmpdir(), 'http-tunnel-bench-test-'));
  try {
    const json = path.join(out, 'figures.json');
    const args = ['--seconds', '2', '--concurrent', CONCURRENT.join(','), '--json', json, '--out', out];
    const measured = await runForFigures('concurrent visitors of npm start', 'bench/local/main.ts', args);
    if (!measured) return;
    expect(measured.stdout).toContain('Throughput and response times');

    const figures = JSON.parse(await readFile(json, 'utf8')) as Record<string, never>;
    // Figures that only Linux has are null on other systems.
    const known = process.platform === 'linux' ? expect.any(Number) : null;
    expect(figures).toMatchObject({
      runs: CONCURRENT.map((concurrent) => ({
        concurrent,
        failed: 0,
        perSecond: expect.any(Number),
        p50Ms: expect.any(Number),
        p99Ms: expect.any(Number),
        environments: known,
      })),
      cpuMsPerRequest: { emulator: known, 'forward-request': known, 'receive-message': known, agent: known },
    });
    const report = await readFile(path.join(out, 'local.md'), 'utf8');
    for (const concurrent of CONCURRENT)
      expect(report).toMatch(new RegExp(`^\\| ${concurrent} \\| [\\d.]+ \\| \\d+ \\| \\d+ \\| \\d+ \\| 0 \\|`, 'm'));
    expect(report).toContain('(local.svg)');
    expect(await readFile(path.join(out, 'local.svg'), 'utf8')).toMatch(/^<svg .*requests a second.*<\/svg>$/s);
  } finally {
    await rm(out, { recursive: true, force: true });
  }
});
