import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { runForFigures } from '../support/run-for-figures';

const REQUESTS = 6;

test('a small benchmark of mode direct, with other memory, writes its figures, a report and plots', async () => {
  const out = await mkdtemp(path.join(os.tmpdir(), 'http-tunnel-bench-test-'));
  try {
    const json = path.join(out, 'figures.json');
    const args = [
      '--contenders',
      'direct',
      '--requests',
      String(REQUESTS),
      '--rate',
      '5',
      '--agent-median',
      '30',
      '--latency',
      'none',
      '--training',
      '1',
      '--memory',
      '512',
      '--json',
      json,
      '--out',
      out,
    ];
    const measured = await runForFigures('a small benchmark', 'bench/main.ts', args);
    if (!measured) return;
    expect(measured.stdout).toContain('Return time');

    const figures = JSON.parse(await readFile(json, 'utf8')) as { contenders: { direct: { writesPerRequest: number } } };
    expect(figures).toMatchObject({
      profile: 'none',
      seed: 1,
      contenders: {
        direct: {
          requests: REQUESTS,
          returnMs: { p50: expect.any(Number), p90: expect.any(Number), p99: expect.any(Number) },
          pendingReadsPerRequest: 0,
          writesPerRequest: expect.any(Number),
          invocationsPerRequest: { 'forward-request': 1, 'receive-message': 1 },
          billedMsMean: expect.any(Number),
          usdPerMillion: expect.any(Number),
          // Without a latency profile no function is stopped for its share of a core.
          cpuMsPerRequest: { 'forward-request': expect.any(Number), 'receive-message': expect.any(Number) },
          stoppedMsPerRequest: { 'forward-request': null, 'receive-message': null },
          fallbackShare: 0,
          errors: 0,
          lost: 0,
          leftovers: 0,
        },
      },
      load: { memoryMb: { 'forward-request': 512, 'receive-message': 512 } },
      limitMs: { p50: expect.any(Number), p99: expect.any(Number) },
      overhead: { empty: { coldStartMs: expect.any(Number) } },
    });
    // A request with a ticket writes nothing, unless it is a sample of those in flight: then its entry is written and removed.
    const writes = figures.contenders.direct.writesPerRequest * REQUESTS;
    expect([0, 2, 4, 6, 8, 10, 12]).toContain(Math.round(writes * 1000) / 1000);
    const report = await readFile(path.join(out, 'none-512mb.md'), 'utf8');
    expect(report).toContain('| direct |');
    expect(report).toContain('Each function has a whole core, unlike on AWS: forward-request with 512 MB (0.29 of a core) and');
    expect(report).toContain('## CPU of a visit');
    expect(report).toContain('--memory 512');
    for (const plot of ['none-512mb-return-time.svg', 'none-512mb-cost.svg']) {
      expect(report).toContain(`(${plot})`);
      expect(await readFile(path.join(out, plot), 'utf8')).toMatch(/^<svg .*direct.*<\/svg>$/s);
    }
  } finally {
    await rm(out, { recursive: true, force: true });
  }
});
