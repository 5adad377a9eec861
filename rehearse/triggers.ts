import { shortName } from '../environments/physical-name';
import type { Alarms, AlarmTransition } from '../emulator/observations';

/** Ids of the alarms that feed the composite `rollback` (modules/alarms). */
export const TRIGGERS = [
  'event-driven-error-rate', 'event-driven-errors', 'event-driven-latency', 'delivery-failures', 'stream-lag', 'lost-answers', 'probe-missing',
] as const;
export type Trigger = (typeof TRIGGERS)[number];

/** The first time that a trigger went on from `from` on: any of them, or one of those with these ids. */
export function firstTriggered(
  alarms: Pick<Alarms, 'history'>,
  from: number,
  ids: readonly Trigger[] = TRIGGERS,
): AlarmTransition | undefined {
  return alarms.history().find(({ at, to, name }) => at >= from && to === 'ALARM' && ids.some((id) => id === shortName(name)));
}

/** Whether one of them is on now. */
export const isTriggered = (alarms: Pick<Alarms, 'list'>): boolean =>
  alarms.list().some(({ name, state }) => state === 'ALARM' && TRIGGERS.some((id) => id === shortName(name)));
