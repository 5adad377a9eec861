import { setTimeout as sleep } from 'node:timers/promises';
import { buildBundles } from '../bundles';
import { TimeHistogram } from '../histogram';
import { Runner, type Measurement } from '../runner';
import type { BenchProgress } from '../progress';
import { memoryMb } from '../processes/memory';
import type { LoadOptions } from './options';
import { steadyLoad } from './steady-load';

const ANSWER_BYTES = 3072;
const SAMPLE_MS = 500;
const TRAINING_ROUNDS = 20;
/** Time until requests at the full rate have replaced the requests of the ramp, in ms. */
const LEVELLING_MS = 1000;

export interface LoadResult {
  readonly options: LoadOptions;
  /** Arrivals a second. */
  readonly rate: number;
  readonly measurement: Measurement;
  readonly lateness: TimeHistogram;
  /** Requests in flight while the load was held. */
  readonly inFlight: { readonly mean: number; readonly min: number; readonly max: number };
  /** Number of execution environments at the end. */
  readonly environments: number;
  /** Memory in MB after the last answer: of the execution environments, and of the process that runs cloud, agent and visitors. */
  readonly memoryMb: { readonly environments: number; readonly cloud: number };
  /** Events that were refused, given up, or kept in a failure queue. */
  readonly failedDeliveries: number;
  /** Calls of functions to EventBridge other than PutEvents. */
  readonly ruleChanges: number;
}

/**
 * Ramps up to `vus` requests in flight in mode direct, holds this load, and counts.
 * @param signal ends the test while the test waits
 */
export async function loadTest(options: LoadOptions, progress: BenchProgress, signal: AbortSignal): Promise<LoadResult> {
  progress.stage('building the functions');
  const { real } = await buildBundles();
  progress.stage('booting the local cloud');
  const runner = await Runner.start('direct', { ...options, bytes: ANSWER_BYTES, bundles: real });
  try {
    await runner.warmUp(1, TRAINING_ROUNDS, signal);
    return await hold(runner, options, progress, signal);
  } finally {
    progress.stage('stopping');
    await runner.close();
  }
}

async function hold(runner: Runner, options: LoadOptions, progress: BenchProgress, signal: AbortSignal): Promise<LoadResult> {
  const { rate, ramp, hold } = steadyLoad(options);
  progress.stage(`ramping up to ${options.vus} requests in flight (${rate.toFixed(1)} arrivals a second)`);
  const ramping = runner.ramp(ramp, signal);
  await Promise.race([ramping, sleep(options.ramp, undefined, { signal })]);
  progress.stage(`holding these requests in flight for ${options.duration / 1000} s`);
  const lateness = new TimeHistogram();
  const running = runner.run(hold, lateness, signal);
  const [inFlight] = await Promise.all([watch(runner, options, progress, signal), ramping, running]);

  const { lambda, buses, mappings, queues, spec, calls } = runner.tunnel.cloud.services;
  const { attempts, refused } = buses.stats();
  const discarded = mappings.reduce((sum, mapping) => sum + mapping.stats().discarded, 0);
  const kept = spec.queues.reduce((sum, { arn }) => sum + queues.messages(arn).length, 0);
  return {
    options,
    rate,
    lateness,
    inFlight,
    measurement: await runner.result(),
    environments: lambda.environments().length,
    // Memory is read only now: the kernel takes long enough for a read to disturb a measurement.
    memoryMb: { environments: memoryMb(lambda.environments().map(({ pid }) => pid)), cloud: memoryMb([process.pid]) },
    failedDeliveries: refused + attempts['dead-lettered'] + attempts.dropped + discarded + kept,
    ruleChanges: calls.count({ service: 'events' }) - calls.count({ service: 'events', operation: 'PutEvents' }),
  };
}

/** Samples the number of requests in flight until the last request is sent. */
async function watch(
  runner: Runner,
  { duration }: LoadOptions,
  progress: BenchProgress,
  signal: AbortSignal,
): Promise<LoadResult['inFlight']> {
  const counts: number[] = [];
  const beganAt = performance.now();
  for (let elapsed = 0; elapsed < duration; elapsed = performance.now() - beganAt) {
    await sleep(SAMPLE_MS, undefined, { signal });
    if (elapsed >= LEVELLING_MS) counts.push(runner.inFlight);
    progress.share(Math.min(1, elapsed / duration));
  }
  progress.share(1);
  // The last sample can be taken after the last arrival.
  const held = counts.slice(0, -1);
  const mean = held.reduce((a, b) => a + b, 0) / Math.max(1, held.length);
  return { mean, min: Math.min(...held), max: Math.max(...held) };
}
