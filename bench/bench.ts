import { buildBundles, type BenchBundles } from './bundles';
import { LIMIT, type RunnerName } from './contenders';
import { TimeHistogram } from './histogram';
import { planLoad } from './load';
import type { BenchOptions } from './options';
import { measureOverhead, type Overhead } from './overhead';
import { Runner, type Measurement } from './runner';

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

export interface BenchProgress {
  /** Reports the stage that begins now. */
  stage(text: string): void;
  /** @param done 0 to 1 */
  share(done: number): void;
}

/**
 * Runs all contenders and the limit in turns, block by block, so that disturbances of this machine hit all of them alike.
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
      const runner = await Runner.start(name, { ...options, bundles: name === LIMIT ? bundles.limit : bundles.real });
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

/** Number of environments to start: the mean number of requests in flight and four standard deviations (arrivals are Poisson). */
function warmConcurrency({ rate, agentMedian, agentSigma }: BenchOptions): number {
  const meanSeconds = (agentMedian * Math.exp(agentSigma ** 2 / 2) + 200) / 1000;
  const inFlight = rate * meanSeconds;
  return Math.ceil(inFlight + 4 * Math.sqrt(inFlight));
}

async function takeTurns(
  runners: readonly Runner[],
  options: BenchOptions,
  progress: BenchProgress,
  signal: AbortSignal,
): Promise<TimeHistogram> {
  const lateness = new TimeHistogram();
  const blocks = planLoad(options);
  const turns = blocks.length * runners.length;
  let turn = 0;
  progress.stage('measuring');
  for (const [round, block] of blocks.entries()) {
    // Each round begins with another runner, so that no runner always comes after the same one.
    const order = runners.map((_, i) => runners[(i + round) % runners.length] as Runner);
    for (const runner of order) {
      signal.throwIfAborted();
      await runner.rouse(warmConcurrency(options));
      await runner.run(block, lateness);
      progress.share(++turn / turns);
    }
  }
  return lateness;
}

async function overheadOf(runners: readonly Runner[], bundles: BenchBundles, progress: BenchProgress): Promise<Overhead> {
  progress.stage('measuring an empty handler');
  return measureOverhead(runners, bundles);
}
