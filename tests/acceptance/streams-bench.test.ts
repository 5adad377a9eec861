import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { runForFigures } from '../support/run-for-figures';

test('a quick benchmark of streams loses no event, and writes its figures, a report and plots', async () => {
  const out = await mkdtemp(path.join(os.tmpdir(), 'http-tunnel-bench-test-'));
  try {
    const json = path.join(out, 'figures.json');
    const args = ['--quick', '--latency', 'none', '--gather-ms', '10', '--json', json, '--out', out];
    const measured = await runForFigures('a quick benchmark of streams', 'bench/streams/main.ts', args);
    if (!measured) return;
    expect(measured.stdout).toContain('Targets of streams');

    const none = { lost: 0, reordered: 0, doubled: 0, failed: 0 };
    const events = { ...none, delayMs: { p50: expect.any(Number), p99: expect.any(Number) } };
    expect(JSON.parse(await readFile(json, 'utf8'))).toMatchObject({
      streams: { gatherMs: 10 },
      profiles: [
        {
          profile: 'none',
          firstByteMs: { p50: expect.any(Number), p99: expect.any(Number) },
          httpApiMs: { p50: expect.any(Number), p99: expect.any(Number) },
          chunks: { door: events, limit: events, proxy: events },
          throughput: { unpaced: { bytes: 8e6, failed: 0, perSecond: expect.any(Number) } },
          atOnce: [
            { streams: 1, ...events },
            { streams: 10, ...events },
          ],
          usdPerThousand: { '1,000 tokens, 50 a second': { together: expect.any(Number) } },
          gathers: [
            { gatherMs: 0, ...none },
            { gatherMs: 25, ...none },
          ],
          memoryMb: { failed: 0 },
        },
      ],
    });
    const name = 'streams-none-gather10-quick';
    const report = await readFile(path.join(out, `${name}.md`), 'utf8');
    expect(report).toContain('npm run bench:streams -- --latency none --seed 1 --gather-ms 10 --quick');
    expect(report).toContain('| the limit: one post a chunk |');
    for (const plot of [`${name}-delay.svg`, `${name}-cost.svg`]) {
      expect(report).toContain(`(${plot})`);
      expect(await readFile(path.join(out, plot), 'utf8')).toMatch(/^<svg .*<\/svg>$/s);
    }
  } finally {
    await rm(out, { recursive: true, force: true });
  }
});
