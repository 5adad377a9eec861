import type { AlarmTransition } from '../emulator/observations';
import { missesOfVisitors } from './outcome';
import type { Seen } from './visitors';

/** What happened in the first hour of a new environment; times are in ms since the epoch. */
export interface FirstHour {
  readonly timeFactor: number;
  readonly beganAt: number;
  /** When the event source mapping sent its first batch to its function. */
  readonly firstReadAt: number | undefined;
  /** Probes that were sent before. */
  readonly lostProbes: number;
  /** Changes of alarms that called somebody or rolled back. */
  readonly rung: readonly AlarmTransition[];
  /** Why the operator's first `next` after the hour was not accepted. */
  readonly next: string | undefined;
  readonly seen: Seen;
  readonly unfinished: number;
}

/** With fewer lost probes the old alarm, which needed two minutes without a probe, might not have rung either. */
const LEAST_LOST_PROBES = 4;

/** Whether a change of an alarm calls somebody: it goes on, or has no data any more (`sweep-missing`). */
export const ringing = ({ from, to }: AlarmTransition): boolean => to === 'ALARM' || (from === 'OK' && to === 'INSUFFICIENT_DATA');

/** What the first hour missed, one sentence each. */
export function missesOfFirstHour({ firstReadAt, lostProbes, rung, next, seen, unfinished }: FirstHour): string[] {
  return [
    ...(firstReadAt === undefined ? ['the mapping never read the stream'] : []),
    ...(lostProbes >= LEAST_LOST_PROBES ? [] : [`only ${lostProbes} probes were sent before the mapping read: this is no late mapping`]),
    ...new Set(rung.map(({ name, to }) => `${name} went to ${to}`)),
    ...(next === undefined ? [] : [`the share could not leave 0 % after the hour: ${next}`]),
    ...missesOfVisitors(seen, unfinished),
  ].map((miss) => `first-hour: ${miss}`);
}

export function firstHourReport(hour: FirstHour, misses: readonly string[]): string {
  const { timeFactor, beganAt, firstReadAt, lostProbes, rung, seen, unfinished } = hour;
  const minutes = (at: number): string => (((at - beganAt) * timeFactor) / 60_000).toFixed(1).padStart(5);
  return [
    `The first hour of a new environment; times were divided by ${timeFactor}, and are told undivided`,
    [
      `${lostProbes} probes were sent before the mapping read`,
      ...(firstReadAt === undefined ? [] : [`${minutes(firstReadAt)} min  the mapping reads`]),
      ...rung.map(({ at, name, to, reason }) => `${minutes(at)} min  ${name} ${to}: ${reason}`),
      ...(rung.length === 0 ? ['no alarm'] : []),
    ].join('\n'),
    `${seen.asked} visitors, ${seen.errors} errors, ${seen.lost} answers lost, ${unfinished} unfinished`,
    misses.length === 0 ? 'Every target was met.' : `Missed:\n${misses.map((miss) => `  ${miss}`).join('\n')}`,
  ].join('\n\n');
}

/** One line of `--json`. */
export const firstHourJson = ({ beganAt, firstReadAt, lostProbes, rung, seen, unfinished, timeFactor }: FirstHour): object => ({
  rehearsal: 'first-hour',
  alarms: rung.map(({ name }) => name),
  lostProbes,
  secondsToFirstRead: firstReadAt === undefined ? null : Math.round((firstReadAt - beganAt) / 100) / 10,
  visitorErrors: seen.errors,
  lost: seen.lost,
  unfinished,
  timeFactor,
});
