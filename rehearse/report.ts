import { textTable } from '../cli/text-table';
import { outcomeOf } from './outcome';
import type { Run } from './run';

const seconds = (value: number | null): string => (value === null ? '-' : `${value.toFixed(1)} s`);

/** The report for people: one row per scenario, then the alarms of each scenario. */
export function rollBackReport(runs: readonly Run[], misses: readonly string[]): string {
  const header = ['scenario', 'alarm', 'rolled back', 'all poll', 'visitors', 'errors', 'lost', 'unfinished', 'in flight then'];
  const rows = runs.map((run) => {
    const { scenario, secondsToAlarm, secondsToRollback, secondsToAllPolling, visitorErrors, lost, unfinished } = outcomeOf(run);
    const { inFlight, seen } = run;
    return [
      scenario,
      ...[secondsToAlarm, secondsToRollback, secondsToAllPolling].map(seconds),
      ...[seen.asked, visitorErrors, lost, unfinished].map(String),
      `${inFlight['event-driven']} + ${inFlight.polling}`,
    ];
  });
  return [
    `Roll-backs; times were divided by ${runs[0]?.timeFactor ?? 1}; "in flight then" counts requests that waited at the roll-back: event-driven + polling`,
    textTable(header, rows),
    ...runs.map(alarmHistory),
    misses.length === 0 ? 'Every target was met.' : `Missed:\n${misses.map((miss) => `  ${miss}`).join('\n')}`,
  ].join('\n\n');
}

/** Changes of alarms, in seconds after the fault. */
function alarmHistory({ scenario, faultAt, history }: Run): string {
  const changes = history
    .filter(({ from, to }) => to === 'ALARM' || from === 'ALARM')
    .map(({ at, name, to, reason }) => `  ${((at - faultAt) / 1000).toFixed(1).padStart(6)} s  ${name} ${to}: ${reason}`);
  return [`${scenario.name}: ${scenario.story}`, ...(changes.length > 0 ? changes : ['  no alarm'])].join('\n');
}
