import type { BenchProgress } from '../progress';
import { buildBundles } from '../bundles';
import { TimeHistogram } from '../histogram';
import { Runner, type Measurement } from '../runner';
import { CASES, planCase, type Case } from './cases';
import type { BodiesOptions } from './options';

export interface CaseResult extends Case {
  readonly contenders: readonly Measurement[];
}

export interface BodiesResult {
  readonly options: BodiesOptions;
  readonly startedAt: Date;
  readonly seconds: number;
  readonly lateness: TimeHistogram;
  readonly cases: readonly CaseResult[];
}

/** Concurrent requests in the warm-up: they start every environment that a case needs. */
const WARM_CONCURRENCY = 6;
const TRAINING_ROUNDS = 10;

/**
 * Runs every contender through every size and direction in turns, case by case, so that disturbances of this machine hit all alike.
 * @param signal stops the run between two contenders
 */
export async function benchBodies(options: BodiesOptions, progress: BenchProgress, signal: AbortSignal): Promise<BodiesResult> {
  const startedAt = new Date();
  progress.stage('building the functions');
  const { real } = await buildBundles();
  const runners: Runner[] = [];
  try {
    for (const name of options.contenders) {
      signal.throwIfAborted();
      progress.stage(`starting and warming up ${name}`);
      const runner = await Runner.start(name, { latency: options.latency, seed: options.seed, bytes: 1024, bundles: real });
      runners.push(runner);
      await runner.warmUp(WARM_CONCURRENCY, TRAINING_ROUNDS, signal);
    }
    const lateness = new TimeHistogram();
    const cases = await takeTurns(runners, lateness, options, progress, signal);
    return { options, startedAt, lateness, cases, seconds: (Date.now() - startedAt.getTime()) / 1000 };
  } finally {
    progress.stage('stopping');
    for (const runner of runners) await runner.close();
  }
}

async function takeTurns(
  runners: readonly Runner[],
  lateness: TimeHistogram,
  options: BodiesOptions,
  progress: BenchProgress,
  signal: AbortSignal,
): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  progress.stage('measuring');
  for (const [turn, each] of CASES.entries()) {
    const contenders: Measurement[] = [];
    // The warm-up pays for what a size needs the first time (a connection to the bucket, its client), before the measurement.
    const warmUp = planCase(each, { ...options, requests: WARM_CONCURRENCY });
    for (const [i, runner] of runners.entries()) {
      signal.throwIfAborted();
      await runner.ramp(warmUp);
      runner.reset();
      await runner.run(planCase(each, options), lateness);
      contenders.push(await runner.result());
      progress.share((turn + (i + 1) / runners.length) / CASES.length);
    }
    results.push({ ...each, contenders });
  }
  return results;
}
