import { shortName } from '../environments/physical-name';
import { ROLLBACK_TRIGGERS, type RollbackTrigger } from '../functions/rollback-triggers';
import type { Alarms, AlarmTransition } from '../emulator/observations';

const isTrigger = (alarmName: string): boolean => shortName(alarmName) in ROLLBACK_TRIGGERS;

/** The first time at or after `from` that a rollback alarm went on: any of them, or one with the given ids. */
export function firstTriggered(
  alarms: Pick<Alarms, 'history'>,
  from: number,
  ids?: readonly RollbackTrigger[],
): AlarmTransition | undefined {
  return alarms
    .history()
    .find(({ at, to, name }) => at >= from && to === 'ALARM' && (ids ? ids.some((id) => id === shortName(name)) : isTrigger(name)));
}

/** Whether a rollback alarm is on now. */
export const isTriggered = (alarms: Pick<Alarms, 'list'>): boolean =>
  alarms.list().some(({ name, state }) => state === 'ALARM' && isTrigger(name));
