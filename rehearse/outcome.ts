import type { Run } from './run';

/** All requests must poll within this time after a fault, in ms of real time: promise 8. */
export const ROLL_BACK_MS = 300_000;

/** One line of `--json`; a time is null if its event did not happen. */
export interface RehearsalOutcome {
  readonly scenario: string;
  readonly secondsToAlarm: number | null;
  readonly secondsToRollback: number | null;
  readonly secondsToAllPolling: number | null;
  readonly visitorErrors: number;
  /** Requests that the agent answered, but whose visitor did not get the answer. */
  readonly lost: number;
  /** Visitors whose request never ended, and rows that nobody removed. */
  readonly unfinished: number;
  readonly timeFactor: number;
}

/** The outcome as measured. Measured times multiplied by the factor are upper limits for real time. */
export function outcomeOf({ scenario, timeFactor, faultAt, alarmAt, rolledBackAt, allPollingAt, seen, unfinished }: Run): RehearsalOutcome {
  const seconds = (at: number | undefined): number | null => (at === undefined ? null : Math.round((at - faultAt) / 100) / 10);
  return {
    scenario: scenario.name,
    secondsToAlarm: seconds(alarmAt),
    secondsToRollback: seconds(rolledBackAt),
    secondsToAllPolling: seconds(allPollingAt),
    visitorErrors: seen.errors,
    lost: seen.lost,
    unfinished,
    timeFactor,
  };
}

/** What a run missed, one sentence each; empty when every target was met. */
export function missesOf(run: Run): string[] {
  const { scenario, timeFactor, faultAt, rolledBackAt, allPollingAt, ownAlarmAt, seen, unfinished, stillOpen, struck, mending } = run;
  const limit = ROLL_BACK_MS / timeFactor;
  const within = (at: number | undefined): boolean => at !== undefined && at - faultAt < limit;
  const bound = `within ${ROLL_BACK_MS / 1000} s${timeFactor === 1 ? '' : ` / ${timeFactor} = ${(limit / 1000).toFixed(1)} s`}`;
  const { leastStrikes = 1 } = scenario;
  const rollsBack = scenario.seenBy.length > 0;
  const isFalselyRolledBack = !rollsBack && rolledBackAt !== undefined;
  const checks: readonly (readonly [holds: boolean, miss: string])[] = [
    [!run.tooEarly, 'the share was changed before the fault began'],
    [struck > 0, 'the fault was applied to nothing'],
    [struck === 0 || struck >= leastStrikes || isFalselyRolledBack, `the fault struck ${struck} times, which is less than ${leastStrikes}`],
    [!isFalselyRolledBack, 'the rollout was rolled back, although this fault must not cause a roll-back'],
    [!rollsBack || within(rolledBackAt), `no roll-back ${bound}`],
    [
      !rollsBack || rolledBackAt === undefined || within(allPollingAt),
      `requests were still assigned to the event-driven cohort: not all polled ${bound}`,
    ],
    [!rollsBack || ownAlarmAt !== undefined, `the alarm ${scenario.seenBy.join(' or ')} did not detect the fault`],
    [stillOpen === 0, `${stillOpen} requests that were in flight at the roll-back did not end`],
    ...(scenario.mends ? mendChecks(mending) : []),
  ];
  const misses = [...checks.flatMap(([holds, miss]) => (holds ? [] : [miss])), ...missesOfVisitors(seen, unfinished)];
  return misses.map((miss) => `${scenario.name}: ${miss}`);
}

/** What was missed for visitors, one sentence each. These targets hold in every rehearsal. */
export function missesOfVisitors(seen: Run['seen'], unfinished: number): string[] {
  const kinds = Object.entries(seen.errorKinds).map(([kind, count]) => `${count} × ${kind}`);
  return [
    ...(seen.asked > 0 ? [] : ['no visitor came']),
    ...(seen.errors === 0 ? [] : [`${seen.errors} visitors saw an error (${kinds.join(', ')})`]),
    ...(seen.lost === 0 ? [] : [`${seen.lost} answers were lost`]),
    ...(unfinished === 0 ? [] : [`${unfinished} requests did not finish`]),
  ];
}

function mendChecks(mending: Run['mending']): (readonly [boolean, string])[] {
  if (!mending) return [[false, 'the rollout was not resumed, because there was no roll-back']];
  return [
    [mending.refusedWhileLatched, '"next" was accepted although the roll-back had latched the rollout'],
    [mending.percent > 0, `the share is ${mending.percent} % after resume and next`],
    [mending.after['event-driven'] > 0, 'no request was event-driven after resume and next'],
    [!mending.rolledBackAgain, 'the rollout was rolled back again after resume and next'],
  ];
}
