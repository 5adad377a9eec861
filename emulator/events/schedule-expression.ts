import { EventsBootError } from './events-boot-error';

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * The period of `rate(5 minutes)`, in ms. Cron expressions, which no stack here has, are refused.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 * @param address address of the rule, for errors
 * @throws EventsBootError
 */
export function periodOf(expression: string, address: string): number {
  if (/^cron\(.*\)$/.test(expression)) {
    throw new EventsBootError(
      address,
      `schedule_expression "${expression}" is a cron expression, which the local cloud does not run; write rate(5 minutes)`,
    );
  }
  const found = /^rate\((?<count>\d+) (?<unit>minute|hour|day)(?<plural>s?)\)$/.exec(expression)?.groups;
  const count = Number(found?.['count']);
  // AWS insists on `1 minute` and `2 minutes`.
  if (!found || count === 0 || (count === 1) !== (found['plural'] === '')) {
    throw new EventsBootError(
      address,
      `schedule_expression "${expression}" is unknown; write rate(1 minute), or rate(5 minutes), and the same for hours and days`,
    );
  }
  return count * UNIT_MS[found['unit'] as keyof typeof UNIT_MS];
}
