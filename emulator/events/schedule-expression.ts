import { compileCron, CronError } from './cron-expression';
import type { NextTime } from './cron-expression';
import { EventsBootError } from './events-boot-error';

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Compiles `rate(5 minutes)` or `cron(…)`.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 * @param address the Terraform address of the rule, for error messages
 * @throws EventsBootError
 */
export function compileSchedule(expression: string, address: string): NextTime {
  const cron = /^cron\((.*)\)$/.exec(expression)?.[1];
  if (cron === undefined) return compileRate(expression, address);
  try {
    return compileCron(cron);
  } catch (error) {
    if (error instanceof CronError) throw new EventsBootError(address, `schedule_expression "${expression}" ${error.message}`);
    throw error;
  }
}

function compileRate(expression: string, address: string): NextTime {
  const found = /^rate\((?<count>\d+) (?<unit>minute|hour|day)(?<plural>s?)\)$/.exec(expression)?.groups;
  const count = Number(found?.['count']);
  // AWS accepts only the singular after 1 (`1 minute`) and only the plural otherwise (`2 minutes`).
  if (!found || count === 0 || (count === 1) !== (found['plural'] === '')) {
    throw new EventsBootError(
      address,
      `schedule_expression "${expression}" is unknown; write rate(1 minute), rate(5 minutes), hours or days, or cron(…)`,
    );
  }
  const periodMs = count * UNIT_MS[found['unit'] as keyof typeof UNIT_MS];
  return (after) => after + periodMs;
}
