import { setTimeout as sleep } from 'node:timers/promises';
import { resume, set } from '../rollout/commands';
import { mend } from './mend';
import { ROLL_BACK_MS } from './outcome';
import type { Progress } from './progress';
import { startRehearsal, type RehearsalCloud } from './rehearsal-cloud';
import type { Run, RunOptions } from './run';
import { RollBackWatch } from './roll-back-watch';
import type { Scenario } from './scenarios';
import { isTriggered } from './triggers';

/** Share of requests that is event-driven when the fault begins. */
const PERCENT = 25;

/** Times that the factor divides, in ms: two periods of the quickest alarm, what it takes to be off again, and to come falsely. */
const HEALTHY_MS = 60_000;
const SETTLING_MS = 180_000;
const WATCHED_MS = 150_000;
/** Whoever waits is answered by the deadline at 28 s, or by API Gateway at 30 s. */
export const GRACE_MS = 31_000;
const LOOK_MS = 50;

/** Plays one scenario, from boot to end. */
export async function runScenario(scenario: Scenario, options: RunOptions, progress: Progress): Promise<Run> {
  progress(`${scenario.name}: ${scenario.story}`);
  const rehearsal = await startRehearsal({ ...options, mode: scenario.mode, faults: scenario.faults, percent: PERCENT });
  try {
    return await play(scenario, rehearsal, options, progress);
  } finally {
    await rehearsal.close();
  }
}

async function play(scenario: Scenario, rehearsal: RehearsalCloud, options: RunOptions, progress: Progress): Promise<Run> {
  const { cloud, visitors, changes, assignments, operation } = rehearsal;
  const { faults, alarms } = cloud.services;
  const { timeFactor, rate, signal } = options;
  // All of them event-driven, so that every environment opens its wake socket at once and not one by one: what is cold misses its event.
  await set(operation, 100, { by: 'rehearsal', why: 'warming up', force: true });
  await visitors.warmUp(signal);
  await set(operation, PERCENT, { by: 'rehearsal', why: 'the beginning', force: true });
  progress(`visitors come, ${rate} a second, a quarter of them event-driven`);
  visitors.start();
  const startedAt = await beginHealthy(rehearsal, options, progress);

  const tooEarly = changes.rolledBackAfter(startedAt) !== undefined;
  const faultAt = Date.now();
  progress('the fault begins');
  for (const { name } of scenario.faults) faults.begin(name);
  const watch = new RollBackWatch({
    alarms,
    changes,
    assignments,
    faultAt,
    seenBy: scenario.seenBy,
    onSeen: (what, afterMs) => progress(`${what}, ${(afterMs / 1000).toFixed(1)} s after the fault`),
  });
  const { lastsMs } = scenario;
  const struck = (): number => Object.values(faults.counts()).reduce((sum, each) => sum + each.struck, 0);
  await looking(watch, (lastsMs ?? ROLL_BACK_MS) / timeFactor, signal);
  // In divided time a blip can be over before anybody has come.
  while (struck() === 0 && Date.now() < faultAt + ROLL_BACK_MS / timeFactor) await sleep(LOOK_MS, undefined, { signal });
  progress('the fault ends');
  for (const { name } of scenario.faults) faults.end(name);
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
 * Waits until everything has been well for a while. Starting environments is nothing to judge a canary by: what it set off is taken back.
 * @returns from when on a roll-back is none of that
 */
async function beginHealthy(
  { cloud, changes, operation }: RehearsalCloud,
  { timeFactor, signal }: RunOptions,
  progress: Progress,
): Promise<number> {
  const { alarms } = cloud.services;
  const endsAt = Date.now() + SETTLING_MS / timeFactor;
  while (isTriggered(alarms) && Date.now() < endsAt) await sleep(LOOK_MS, undefined, { signal });
  if (changes.all.at(-1)?.percent !== PERCENT) {
    progress(`the start had set off a roll-back: it is resumed at ${PERCENT} %`);
    const reason = { by: 'rehearsal', why: 'cold starts', force: true };
    await resume(operation, reason);
    await set(operation, PERCENT, reason);
  }
  const startedAt = Date.now();
  await sleep(HEALTHY_MS / timeFactor, undefined, { signal });
  return startedAt;
}

/** Looks on until it is over, for so many ms at most. */
async function looking(watch: RollBackWatch, ms: number, signal: AbortSignal): Promise<void> {
  const endsAt = Date.now() + ms;
  for (let now = Date.now(); now < endsAt && !watch.isOver; now = Date.now()) {
    watch.look(now);
    await sleep(LOOK_MS, undefined, { signal });
  }
}
