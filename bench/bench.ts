import { buildBundles, type BenchBundles } from './bundles';
import { alike, LIMIT, type RunnerName } from './contenders';
import type { TimeHistogram } from './histogram';
import type { BenchOptions } from './options';
import { measureOverhead, type Overhead } from './overhead';
import type { BenchProgress } from './progress';
import { Runner, type Measurement } from './runner';
import { takeTurns, warmConcurrency } from './turns';

export interface BenchResult {
  readonly options: BenchOptions;
  readonly startedAt: Date;
  readonly seconds: number;
  readonly warmUps: readonly { readonly name: RunnerName; readonly coldStarts: number; readonly initMs: number }[];
  /** How much later than planned the requests were sent. */
  readonly lateness: TimeHistogram;
  readonly contenders: readonly Measurement[];
  readonly limit: Measurement;
  /** Overhead of this project's code compared with an empty handler. Measured only without latencies. */
  readonly overhead?: Overhead;
}

/**
 * Runs all contenders and the limit in turns.
 * @param signal stops the run between two blocks
 */
export async function bench(options: BenchOptions, progress: BenchProgress, signal: AbortSignal): Promise<BenchResult> {
  const startedAt = new Date();
  progress.stage('building the functions');
  const bundles = await buildBundles();
  const runners: Runner[] = [];
  try {
    const warmUps: BenchResult['warmUps'][number][] = [];
    for (const name of [...options.contenders, LIMIT] as const) {
      signal.throwIfAborted();
      progress.stage(`starting and warming up ${name}`);
      const runner = await Runner.start(name, {
        ...options,
        memory: alike(options.memory),
        bundles: name === LIMIT ? bundles.limit : bundles.real,
      });
      runners.push(runner);
      warmUps.push({ name, ...(await runner.warmUp(warmConcurrency(options), options.training, signal)) });
    }
    const lateness = await takeTurns(runners, options, progress, signal);
    const overhead = options.latency.figures === undefined ? await overheadOf(runners, bundles, progress) : undefined;
    const measurements = await Promise.all(runners.map((runner) => runner.result()));
    const limit = measurements.find(({ name }) => name === LIMIT);
    if (!limit) throw new Error('the limit was not measured');
    return {
      options,
      startedAt,
      warmUps,
      lateness,
      limit,
      seconds: (Date.now() - startedAt.getTime()) / 1000,
      contenders: measurements.filter(({ name }) => name !== LIMIT),
      ...(overhead && { overhead }),
    };
  } finally {
    progress.stage('stopping');
    for (const runner of runners) await runner.close();
  }
}

async function overheadOf(runners: readonly Runner[], bundles: BenchBundles, progress: BenchProgress): Promise<Overhead> {
  progress.stage('measuring an empty handler');
  return measureOverhead(runners, bundles);
}
