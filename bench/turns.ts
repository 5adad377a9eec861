import { TimeHistogram } from './histogram';
import { planLoad, type LoadPlan } from './load';
import type { BenchProgress } from './progress';
import type { Runner } from './runner';

/** Number of environments to start: the mean number of requests in flight and four standard deviations (arrivals are Poisson). */
export function warmConcurrency({ rate, agentMedian, agentSigma }: Pick<LoadPlan, 'rate' | 'agentMedian' | 'agentSigma'>): number {
  const meanSeconds = (agentMedian * Math.exp(agentSigma ** 2 / 2) + 200) / 1000;
  const inFlight = rate * meanSeconds;
  return Math.ceil(inFlight + 4 * Math.sqrt(inFlight));
}

/**
 * Has the runners measure the plan in turns, block by block, so that disturbances of this machine hit all of them alike.
 * @param signal stops between two blocks
 * @returns how much later than planned the requests were sent
 */
export async function takeTurns(
  runners: readonly Runner[],
  plan: LoadPlan,
  progress: BenchProgress,
  signal: AbortSignal,
): Promise<TimeHistogram> {
  const lateness = new TimeHistogram();
  const blocks = planLoad(plan);
  const turns = blocks.length * runners.length;
  let turn = 0;
  progress.stage('measuring');
  for (const [round, block] of blocks.entries()) {
    // Each round begins with another runner, so that no runner always comes after the same one.
    const order = runners.map((_, i) => runners[(i + round) % runners.length] as Runner);
    for (const runner of order) {
      signal.throwIfAborted();
      await runner.rouse(warmConcurrency(plan));
      await runner.run(block, lateness);
      progress.share(++turn / turns);
    }
  }
  return lateness;
}
