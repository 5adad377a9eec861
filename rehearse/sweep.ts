import type { LocalCloud } from '../emulator/local-cloud';

/** Sends sweep, and with it a probe through stream and bus, without waiting for its minute. */
export function sendSweep({ services }: LocalCloud): void {
  const rule = services.spec.rules.find(({ address }) => address.endsWith('.sweep-schedule-rule'));
  if (!rule) throw new Error('the stack has no schedule for sweep');
  services.schedules.fire(rule.name);
}
