import { BOUNDS } from '../../../bench/fitness/bounds';
import type { Interval } from '../../../bench/fitness/interval';
import { Judge, type Finding } from '../../../bench/fitness/judge';
import type { startSampling } from '../../../bench/fitness/sampling';
import { UnfitMachineError, whileFit } from '../../../bench/fitness/while-fit';

const CORES = 2;
const SECONDS = 2;

interface Shares {
  /** Other processes' share of the cores. */
  readonly others?: number;
  readonly ours?: number;
  /** Waiting time of the program's processes, as a share of the time in which they could have run. */
  readonly waited?: number;
  readonly lateMs?: number;
}

/** Two seconds of a machine with two cores. */
function interval({ others = 0, ours = 0.3, waited = 0.1, lateMs = 1 }: Shares): Interval {
  const coresMs = SECONDS * 1000 * CORES;
  return {
    seconds: SECONDS,
    lateMs,
    cpu: { cores: CORES, oursMs: ours * coresMs, othersMs: others * coresMs, ranMs: 1000 * (1 - waited), waitedMs: 1000 * waited },
  };
}

const times = (count: number, shares: Shares): Interval[] => Array.from({ length: count }, () => interval(shares));
const withoutCpu = ({ seconds, lateMs }: Interval): Interval => ({ seconds, lateMs });

/** Returns the finding of the first interval that has one, or the finding at the end. */
function judge(intervals: readonly Interval[], { saturating = false, errors = 0 } = {}): Finding | undefined {
  const judge = new Judge(saturating);
  for (const each of intervals) {
    const finding = judge.add(each);
    if (finding) return finding;
  }
  return judge.end({ requests: 100, errors });
}

describe('a machine is fit', () => {
  test('when no other process uses it, even if the program is busy, late and full of errors', () => {
    expect(judge(times(20, { ours: 1, waited: 0.9, lateMs: 500 }), { errors: 100 })).toBeUndefined();
  });

  test('when other processes take a small share of its cores', () => {
    expect(judge(times(20, { others: BOUNDS.others.most / 2, waited: 0.1 }))).toBeUndefined();
  });

  test('when other processes take most of its cores for two seconds only', () => {
    expect(judge([...times(5, {}), interval({ others: 0.7 }), ...times(5, {})])).toBeUndefined();
  });

  test('when the counters of the kernel give a slightly negative share for other processes', () => {
    expect(judge(times(10, { others: -0.02, waited: 0.9 }))).toBeUndefined();
  });
});

describe('a machine is unfit', () => {
  test('as soon as the mean share of other processes over ten seconds is above the bound', () => {
    const judge = new Judge();
    const findings = [...times(5, {}), ...times(5, { others: 0.8 })].map((each) => judge.add(each));
    // Five intervals make ten seconds: the second busy interval brings their mean above the bound.
    expect(findings.map((each) => each?.measure)).toEqual([...Array<undefined>(6).fill(undefined), ...Array<string>(4).fill('others')]);
  });

  test('when the program waits for cores, although other processes take less than the bound', () => {
    const others = BOUNDS.others.most - 0.01;
    expect(judge(times(5, { others, ours: 0.1, waited: 0.6 }))).toMatchObject({ measure: 'waiting' });
  });

  test('when requests fail and other processes use it too, which the judge finds at the end', () => {
    expect(judge(times(5, { others: 0.15 }), { errors: 10 })).toEqual({ measure: 'errors', value: 0.1 });
  });

  test('when timers are late and the kernel does not tell which processes use the cores', () => {
    expect(judge(times(5, { lateMs: 1 }).map(withoutCpu))).toBeUndefined();
    expect(judge(times(5, { lateMs: 2 * BOUNDS.lateness.most }).map(withoutCpu))).toMatchObject({ measure: 'lateness' });
  });

  test('when other processes take too much of it during a run of less than ten seconds', () => {
    expect(judge(times(2, { others: 0.6 }))).toMatchObject({ measure: 'others' });
  });
});

test('a program that uses all available cores is judged only by the share of other processes', () => {
  const saturating = true;
  expect(judge(times(5, { others: 0.2, ours: 0.1, waited: 0.9 }), { saturating })).toBeUndefined();
  expect(judge(times(5, { lateMs: 500 }).map(withoutCpu), { saturating })).toBeUndefined();
  expect(judge(times(5, { others: 0.5, ours: 0.5 }), { saturating })).toMatchObject({ measure: 'others' });
});

describe('a run', () => {
  /** A sampling that hands over these intervals, the last one when the sampling is stopped. */
  const given =
    (...intervals: readonly Interval[]): typeof startSampling =>
    (onInterval) => {
      for (const each of intervals.slice(0, -1)) setImmediate(() => onInterval(each));
      return { stop: async () => onInterval(intervals.at(-1) as Interval) };
    };
  const requests = (): { requests: number; errors: number } => ({ requests: 1, errors: 0 });
  const aborted = (signal: AbortSignal): Promise<never> =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

  test('on a fit machine returns its result or fails with its own error', async () => {
    const sampling = given(interval({}));
    await expect(whileFit(async () => 'figures', { requests, sampling })).resolves.toBe('figures');
    const failing = whileFit(() => Promise.reject(new Error('a defect')), { requests, sampling });
    await expect(failing).rejects.toThrow(/^a defect$/);
  });

  test('on an unfit machine ends early with status 3 and one line that names measure, value and bound', async () => {
    const failure = await whileFit(aborted, { requests, sampling: given(...times(6, { others: 0.8 })) }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UnfitMachineError);
    expect(failure).toMatchObject({
      status: 3,
      message: expect.stringMatching(
        /^this machine is too busy for a measurement: other processes used [\d.]+ % of its cores for ten seconds \(bound: 25\.0 %\)$/,
      ),
    });
  });

  test('has no result when its machine is found unfit only after its end', async () => {
    await expect(whileFit(async () => 'figures', { requests, sampling: given(interval({ others: 0.8 })) })).rejects.toThrow(
      UnfitMachineError,
    );
  });

  test('reports both its own error and the unfit machine when it fails on an unfit machine', async () => {
    const failing = whileFit(() => Promise.reject(new Error('it took too long')), {
      requests,
      sampling: given(...times(6, { others: 0.15 })),
    });
    await expect(failing).rejects.toThrow(/too busy for a measurement: .*; meanwhile the run failed: it took too long$/);
  });

  test('has no result when its requests fail and other processes use the machine', async () => {
    const sampling = given(...times(6, { others: 0.15 }));
    await expect(whileFit(async () => 'figures', { requests: () => ({ requests: 4, errors: 1 }), sampling })).rejects.toThrow('25.0 %');
  });
});
