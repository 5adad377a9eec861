import { setTimeout as sleep } from 'node:timers/promises';
import { resume, set } from '../rollout/commands';
import { mend } from './mend';
import { ROLL_BACK_MS } from './outcome';
import type { Progress } from '../cli/progress';
import { startRehearsal, type RehearsalCloud } from './rehearsal-cloud';
import type { Run, RunOptions } from './run';
import { RollBackWatch } from './roll-back-watch';
import type { Scenario } from './scenarios';
import { isTriggered } from './triggers';

/** Share of requests that is event-driven when the fault begins, unless the scenario has another. */
const PERCENT = 25;

/** Times in ms, divided by the factor: two periods of the quickest alarm, until alarms are off again, until a false alarm would come. */
const HEALTHY_MS = 60_000;
const SETTLING_MS = 180_000;
const WATCHED_MS = 150_000;
/** Longest time of a fault that has not struck often enough, in ms. It is not divided, because the arrivals of visitors are not. */
const STRIKING_MS = 60_000;
/** A waiting visitor is answered by the deadline at 28 s, or by API Gateway at 30 s. */
export const GRACE_MS = 31_000;
const LOOK_MS = 50;

/** Plays one scenario, from boot to end. */
export async function runScenario(scenario: Scenario, options: RunOptions, progress: Progress): Promise<Run> {
  progress(`${scenario.name}: ${scenario.story}`);
  const rehearsal = await startRehearsal({ ...options, percent: PERCENT, ...scenario });
  try {
    return await play(scenario, rehearsal, options, progress);
  } finally {
    await rehearsal.close();
  }
}

async function play(scenario: Scenario, rehearsal: RehearsalCloud, options: RunOptions, progress: Progress): Promise<Run> {
  const { cloud, visitors, tenant, changes, assignments, operation } = rehearsal;
  const { faults, alarms } = cloud.services;
  const { timeFactor, rate, signal } = options;
  const { percent = PERCENT } = scenario;
  // At 100 %, every environment opens its wake socket during the warm-up. An environment without a wake socket would miss its first wake.
  await set(operation, 100, { by: 'rehearsal', why: 'warming up', force: true });
  await visitors.warmUp(signal, tenant?.mostInFlight);
  await set(operation, percent, { by: 'rehearsal', why: 'the beginning', force: true });
  progress(`visitors come, ${rate} a second, ${percent} % of them event-driven`);
  visitors.start();
  const startedAt = await beginHealthy(rehearsal, percent, options, progress);

  const tooEarly = changes.rolledBackAfter(startedAt) !== undefined;
  const faultAt = Date.now();
  progress('the fault begins');
  for (const { name } of scenario.faults) faults.begin(name);
  tenant?.begin();
  const watch = new RollBackWatch({
    alarms,
    changes,
    assignments,
    faultAt,
    seenBy: scenario.seenBy,
    onSeen: (what, afterMs) => progress(`${what}, ${(afterMs / 1000).toFixed(1)} s after the fault`),
  });
  const { lastsMs, leastStrikes = 1 } = scenario;
  const struck = (): number => Object.values(faults.counts()).reduce((sum, each) => sum + each.struck, tenant?.struck ?? 0);
  await looking(watch, (lastsMs ?? ROLL_BACK_MS) / timeFactor, signal);
  // With divided times, a short fault can be over before enough visitors have come.
  while (struck() < leastStrikes && !watch.isOver && Date.now() < faultAt + STRIKING_MS) await looking(watch, LOOK_MS, signal);
  progress('the fault ends');
  for (const { name } of scenario.faults) faults.end(name);
  tenant?.end();
  if (lastsMs !== undefined) await looking(watch, WATCHED_MS / timeFactor, signal);
  const mending = scenario.mends && watch.allPollingAt !== undefined ? await mend(rehearsal, options, progress) : undefined;

  const waiting = await visitors.stop(GRACE_MS);
  const { alarmAt, ownAlarmAt, rolledBackAt, allPollingAt, inFlight, stillOpen } = watch;
  return {
    scenario,
    timeFactor,
    faultAt,
    tooEarly,
    mending,
    alarmAt,
    ownAlarmAt,
    rolledBackAt,
    allPollingAt,
    inFlight,
    stillOpen,
    seen: visitors.seen,
    unfinished: waiting + (await rehearsal.rowsThatStay()),
    struck: struck(),
    history: alarms.history(),
  };
}

/**
 * Waits until everything has been healthy for a while. Cold starts say nothing about a canary: a rollback that they caused is resumed.
 * @returns the time from which a rollback can no longer be caused by cold starts
 */
async function beginHealthy(
  { cloud, changes, operation }: RehearsalCloud,
  percent: number,
  { timeFactor, signal }: RunOptions,
  progress: Progress,
): Promise<number> {
  const { alarms } = cloud.services;
  const endsAt = Date.now() + SETTLING_MS / timeFactor;
  while (isTriggered(alarms) && Date.now() < endsAt) await sleep(LOOK_MS, undefined, { signal });
  if (changes.all.at(-1)?.percent !== percent) {
    progress(`the start caused a roll-back: the rollout is resumed at ${percent} %`);
    const reason = { by: 'rehearsal', why: 'cold starts', force: true };
    await resume(operation, reason);
    await set(operation, percent, reason);
  }
  const startedAt = Date.now();
  await sleep(HEALTHY_MS / timeFactor, undefined, { signal });
  return startedAt;
}

/** Observes until the watch is over, for at most `ms`. */
async function looking(watch: RollBackWatch, ms: number, signal: AbortSignal): Promise<void> {
  const endsAt = Date.now() + ms;
  for (let now = Date.now(); now < endsAt && !watch.isOver; now = Date.now()) {
    watch.look(now);
    await sleep(LOOK_MS, undefined, { signal });
  }
}
