import type { LocalCloud } from '../emulator/local-cloud';

/** Runs sweep at once instead of at the next minute. Sweep sends a probe through stream and bus. */
export function sendSweep({ services }: LocalCloud): void {
  const rule = services.spec.rules.find(({ address }) => address.endsWith('.sweep-schedule-rule'));
  if (!rule) throw new Error('the stack has no schedule for sweep');
  services.schedules.fire(rule.name);
}
