import { CommandLineError } from '../../../cli/command-line';
import { environments } from '../../../environments';
import { parseProbeOptions, type ProbeOptions } from '../../../probe/options';
import { placeOf } from '../../../probe/place';
import { isAsAssumed, markdownReport, summary, textReport } from '../../../probe/report';
import { AWS_LATENCY } from '../../../emulator/latency/aws-latency';
import type { ProbeResult } from '../../../probe/probe';

const parsed = (...args: string[]): ProbeOptions => parseProbeOptions(args) as ProbeOptions;

test('a deployed environment is visited slowly enough for the sampling of its traces, and the local cloud quickly', () => {
  expect(parsed('--env', 'dev')).toMatchObject({ env: 'dev', visits: 60, interval: 2000, long: false, json: false });
  expect(parsed()).toMatchObject({ env: 'local', visits: 20, interval: 250 });
  expect(parsed('--env', 'dev', '--visits', '5', '--interval', '1.5')).toMatchObject({ visits: 5, interval: 1500 });
});

test.each([[['--env', 'mars']], [['--visits', '0']], [['--visits', '1001']], [['--interval', '-1']], [['--speed', '1']], [['stray']]])(
  'the probe options %j are refused',
  (args) => {
    expect(() => parseProbeOptions(args)).toThrow(CommandLineError);
    expect(() => parseProbeOptions(args)).toThrow(/see npm run probe -- --help$/);
  },
);

test('a deployed environment needs the outputs of its deployment', async () => {
  await expect(placeOf('dev', undefined)).rejects.toThrow('--outputs is missing: give the file that cdktf deploy --outputs-file wrote');
  await expect(placeOf('dev', '/nowhere.json')).rejects.toThrow('/nowhere.json holds no outputs');
  await expect(placeOf('local', 'outputs.json')).rejects.toThrow('--outputs is not for local');
});

test('an environment without traces is refused', async () => {
  await expect(placeOf('dev', 'outputs.json', { ...environments.dev, tracing: false })).rejects.toThrow(
    'dev writes no traces: set tracing: true in environments/dev.ts, and deploy',
  );
});

describe('the report of a probe', () => {
  const finding = { assumption: '/a|b arrives', reliedOn: 'docs/limits.md', seen: '/a', holds: true };
  const result = (...findings: ProbeResult['findings']): ProbeResult => ({
    environment: 'dev',
    startedAt: new Date('2026-12-01T10:00:00Z'),
    figures: { ...AWS_LATENCY, PutEvents: { medianMs: 9, p99Ms: 41, basis: 'measured', source: 'seven samples' } },
    findings,
  });

  test('counts what holds, what does not, what was not seen, and what was measured', () => {
    const all = result(finding, { ...finding, holds: false }, { ...finding, holds: undefined });
    expect(summary(all)).toBe(
      `1 of 3 assumptions hold, 1 do not, 1 could not be seen; 1 of ${Object.keys(AWS_LATENCY).length} latencies were measured.`,
    );
    expect(isAsAssumed(all)).toBe(false);
    expect(isAsAssumed(result(finding, { ...finding, holds: undefined }))).toBe(true);
  });

  test('says what was seen, and what relies on it, where an assumption does not hold', () => {
    const text = textReport(result({ ...finding, holds: false }));
    expect(text).toMatch(/DOES NOT HOLD {2}\/a\|b arrives\n +seen: \/a; relied on by docs\/limits\.md/);
    expect(text).toMatch(/PutEvents +9\.0 +41\.0 +measured/);
  });

  test('has the basis and the source of each figure, and every assumption, in Markdown', () => {
    const text = markdownReport(result(finding));
    expect(text).toContain('| PutEvents | 9 | 41 | measured | seven samples |');
    expect(text).toContain('| /a\\|b arrives | docs/limits.md | /a | holds |');
  });
});
