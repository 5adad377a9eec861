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
  test('when nobody else uses it, however busy, late and full of errors the program is', () => {
    expect(judge(times(20, { ours: 1, waited: 0.9, lateMs: 500 }), { errors: 100 })).toBeUndefined();
  });

  test('when others take a little of it', () => {
    expect(judge(times(20, { others: BOUNDS.others.most / 2, waited: 0.1 }))).toBeUndefined();
  });

  test('when others take all of it for a moment', () => {
    expect(judge([...times(5, {}), interval({ others: 0.7 }), ...times(5, {})])).toBeUndefined();
  });

  test('where the counters of the kernel say a little less than nothing of others', () => {
    expect(judge(times(10, { others: -0.02, waited: 0.9 }))).toBeUndefined();
  });
});

describe('a machine is unfit', () => {
  test('when others take too much of it for ten seconds, which is found at once', () => {
    const judge = new Judge();
    const findings = [...times(5, {}), ...times(5, { others: 0.8 })].map((each) => judge.add(each));
    // Five intervals make ten seconds: the second busy interval brings their mean above the bound.
    expect(findings.map((each) => each?.measure)).toEqual([...Array<undefined>(6).fill(undefined), ...Array<string>(4).fill('others')]);
  });

  test('when others make the program wait, although they take less than the bound', () => {
    const others = BOUNDS.others.most - 0.01;
    expect(judge(times(5, { others, ours: 0.1, waited: 0.6 }))).toMatchObject({ measure: 'waiting' });
  });

  test('when requests fail while others use it as well, which is found at the end', () => {
    expect(judge(times(5, { others: 0.15 }), { errors: 10 })).toEqual({ measure: 'errors', value: 0.1 });
  });

  test('by the lateness of timers, where the kernel does not tell who uses it', () => {
    expect(judge(times(5, { lateMs: 1 }).map(withoutCpu))).toBeUndefined();
    expect(judge(times(5, { lateMs: 2 * BOUNDS.lateness.most }).map(withoutCpu))).toMatchObject({ measure: 'lateness' });
  });

  test('for a program that ends within ten seconds, too', () => {
    expect(judge(times(2, { others: 0.6 }))).toMatchObject({ measure: 'others' });
  });
});

test('a program that takes all cores it can get is judged by what others take of them alone', () => {
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

  test('on a fit machine resolves and rejects as it would without a watch', async () => {
    const sampling = given(interval({}));
    await expect(whileFit(async () => 'figures', { requests, sampling })).resolves.toBe('figures');
    const failing = whileFit(() => Promise.reject(new Error('a defect')), { requests, sampling });
    await expect(failing).rejects.toThrow(/^a defect$/);
  });

  test('on an unfit machine is ended early, with one line that names measure, value and bound, and status 3', async () => {
    const failure = await whileFit(aborted, { requests, sampling: given(...times(6, { others: 0.8 })) }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UnfitMachineError);
    expect(failure).toMatchObject({
      status: 3,
      message: expect.stringMatching(
        /^this machine is too busy for figures: other processes took [\d.]+ % of its cores for ten seconds \(bound: 25\.0 %\)$/,
      ),
    });
  });

  test('that was over before its machine was found unfit has no result', async () => {
    await expect(whileFit(async () => 'figures', { requests, sampling: given(interval({ others: 0.8 })) })).rejects.toThrow(
      UnfitMachineError,
    );
  });

  test('that failed while others used the machine says both', async () => {
    const failing = whileFit(() => Promise.reject(new Error('it took too long')), {
      requests,
      sampling: given(...times(6, { others: 0.15 })),
    });
    await expect(failing).rejects.toThrow(/too busy for figures: .*; meanwhile the run failed: it took too long$/);
  });

  test('whose requests failed has no result either, when others used the machine', async () => {
    const sampling = given(...times(6, { others: 0.15 }));
    await expect(whileFit(async () => 'figures', { requests: () => ({ requests: 4, errors: 1 }), sampling })).rejects.toThrow('25.0 %');
  });
});
