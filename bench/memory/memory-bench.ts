import { shareOf } from '../../emulator/lambda/cpu-budget';
import { buildBundles } from '../bundles';
import { VISIT_FUNCTIONS } from '../contenders';
import type { TimeHistogram } from '../histogram';
import type { BenchProgress } from '../progress';
import { Runner, type Measurement } from '../runner';
import { takeTurns, warmConcurrency } from '../turns';
import type { MemoryOptions } from './options';

/** The sizes that are compared, in MB: 1,769 MB buy a whole core. */
const SIZES = [128, 192, 256, 512, 1024, 1769] as const;

export interface SizeResult {
  /** The function whose memory varies. */
  readonly varied: (typeof VISIT_FUNCTIONS)[number];
  readonly memoryMb: number;
  /** Of a core. */
  readonly share: number;
  /** Median of the first visits, which met cold starts, without the time of the agent's local service, in ms. */
  readonly firstMs: number;
  readonly measurement: Measurement;
}

export interface MemoryResult {
  readonly options: MemoryOptions;
  readonly startedAt: Date;
  readonly seconds: number;
  readonly lateness: TimeHistogram;
  readonly sizes: readonly SizeResult[];
}

/** Runs mode direct with every size of both functions, in turns. @param signal stops the run between two blocks */
export async function benchMemory(options: MemoryOptions, progress: BenchProgress, signal: AbortSignal): Promise<MemoryResult> {
  const startedAt = new Date();
  progress.stage('building the functions');
  const { real: bundles } = await buildBundles();
  const runners: Runner[] = [];
  const warm: Omit<SizeResult, 'measurement'>[] = [];
  try {
    for (const varied of VISIT_FUNCTIONS) {
      const [other] = VISIT_FUNCTIONS.filter((name) => name !== varied);
      for (const memoryMb of SIZES) {
        signal.throwIfAborted();
        progress.stage(`starting and warming up ${varied} with ${memoryMb} MB`);
        const memory = { [varied]: memoryMb, [other as string]: options.other };
        const runner = await Runner.start('direct', { ...options, memory, bundles });
        runners.push(runner);
        const { firstMs } = await runner.warmUp(warmConcurrency(options), options.training, signal);
        warm.push({ varied, memoryMb, share: shareOf(memoryMb), firstMs });
      }
    }
    const lateness = await takeTurns(runners, options, progress, signal);
    const measurements = await Promise.all(runners.map((runner) => runner.result()));
    const sizes = warm.map((size, i) => ({ ...size, measurement: measurements[i] as Measurement }));
    return { options, startedAt, lateness, sizes, seconds: (Date.now() - startedAt.getTime()) / 1000 };
  } finally {
    progress.stage('stopping');
    for (const runner of runners) await runner.close();
  }
}
