import { setTimeout as sleep } from 'node:timers/promises';
import { next, set } from '../rollout/commands';
import { STAGES } from '../rollout/stages';
import { nextWhenItIsLet, textOf } from './mend';
import type { Progress } from '../cli/progress';
import { startRehearsal, type RehearsalCloud } from './rehearsal-cloud';
import { GRACE_MS } from './run-scenario';
import type { RunOptions } from './run';
import { shareOf, type Share } from './share';
import type { Walk } from './walk-report';

/** How long requests of a stage are counted, in ms. The stage's soak time ends in the same time. */
const STAGE_MS = 15_000;
/** Wait after a change, in ms: caches and requests on their way may still use the old share. */
const SETTLING_MS = 1000;

const HOUR_MS = 3_600_000;
/** Divides soak times: the longest soak time before 100 % is over when its stage has been counted. */
const SOAK_FACTOR = (Math.max(...STAGES.slice(0, -1).map(({ soakHours }) => soakHours)) * HOUR_MS) / STAGE_MS;

/** Raises the share from 0 to 100 % on a healthy system, with the commands that operators use. */
export async function walk(options: RunOptions, progress: Progress): Promise<Walk> {
  const rehearsal = await startRehearsal({ ...options, mode: 'direct', percent: 0, faults: [] });
  try {
    await rehearsal.visitors.warmUp(options.signal);
    rehearsal.visitors.start();
    progress(`visitors come, ${options.rate} a second`);
    const soaking = { ...rehearsal, operation: { ...rehearsal.operation, timeFactor: SOAK_FACTOR } };
    return await climb(soaking, options, progress);
  } finally {
    await rehearsal.close();
  }
}

async function climb(rehearsal: RehearsalCloud, options: RunOptions, progress: Progress): Promise<Walk> {
  const { timeFactor, signal } = options;
  const { operation, assignments, visitors } = rehearsal;
  const shares: Share[] = [];
  const refusals: string[] = [];
  await set(operation, 0, { by: 'rehearsal', why: 'the beginning', force: false });
  for (const { percent } of STAGES) {
    // The last stage has no next stage, so its refusal does not count.
    const early = await next(operation, { by: 'rehearsal', why: 'too early', force: false });
    if (early.kind === 'refused' && percent < 100) refusals.push(...early.obstacles.map(({ code }) => code));
    await sleep(SETTLING_MS, undefined, { signal });
    const from = Date.now();
    await sleep(STAGE_MS, undefined, { signal });
    const share = shareOf(percent, assignments.between(from));
    shares.push(share);
    progress(`${percent} %: ${share.eventDriven} of ${share.requests} requests were event-driven`);
    if (percent === 100) break;
    const outcome = await nextWhenItIsLet(rehearsal, options, progress);
    if (outcome.kind !== 'changed') {
      progress(`the rollout stops at ${percent} %: ${textOf(outcome)}`);
      break;
    }
  }
  const waiting = await visitors.stop(GRACE_MS);
  return { timeFactor, shares, refusals, seen: visitors.seen, unfinished: waiting + (await rehearsal.rowsThatStay()) };
}
