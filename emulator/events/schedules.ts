/** Rules with a schedule: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock';
import type { Closeable } from '../services';
import type { RuleSpec } from '../specs';
import { backgroundClock } from '../background-clock';
import { eventTime } from './bus-event';
import type { BusEvent } from './bus-event';
import { closingController } from '../closing-controller';
import { DEFAULT_BUS } from './event-bus';
import { EventsBootError } from './events-boot-error';
import { periodOf } from './schedule-expression';

export interface SchedulesOptions {
  /** All rules; rules without a schedule are ignored. */
  readonly rules: readonly RuleSpec[];
  /** The event buses, which deliver. */
  readonly buses: { deliver(rule: RuleSpec, event: BusEvent): void };
  readonly accountId: string;
  readonly region: string;
  readonly clock?: Clock;
}

interface Schedule {
  readonly rule: RuleSpec;
  /** In ms. */
  readonly periodMs: number;
}

export class Schedules implements Closeable {
  private readonly schedules: readonly Schedule[];
  private readonly clock: Clock;
  private readonly closing = closingController();

  /** @throws EventsBootError for a schedule that cannot be run; the message has its rule's Terraform address */
  constructor(private readonly options: SchedulesOptions) {
    this.clock = options.clock ?? backgroundClock;
    this.schedules = options.rules.flatMap((rule) => (rule.schedule === undefined ? [] : [compile(rule, rule.schedule)]));
  }

  /** Starts to fire the enabled rules. A `rate` rule fires for the first time one period after the start. */
  start(): void {
    for (const schedule of this.schedules) {
      if (schedule.rule.enabled) void this.run(schedule);
    }
  }

  /** Fires a rule now, in addition to its schedule. @throws Error when no rule of that name has a schedule */
  fire(ruleName: string): void {
    const schedule = this.schedules.find(({ rule }) => rule.name === ruleName);
    if (!schedule) {
      const known = this.schedules.map(({ rule }) => rule.name).join(', ') || 'none';
      throw new Error(`there is no rule "${ruleName}" with a schedule; the stack has ${known}`);
    }
    this.fireAt(schedule.rule, this.clock.now());
  }

  async close(): Promise<void> {
    this.closing.abort();
  }

  private async run({ rule, periodMs }: Schedule): Promise<void> {
    const { signal } = this.closing;
    for (let at = this.clock.now() + periodMs; ; at = this.following(at, periodMs)) {
      await this.clock.sleep(at - this.clock.now(), signal);
      if (signal.aborted) return;
      this.fireAt(rule, at);
    }
  }

  /** The next time to fire. Times that have passed, for example while a laptop slept, are skipped. */
  private following(at: number, periodMs: number): number {
    const now = this.clock.now();
    return (at + periodMs <= now ? now : at) + periodMs;
  }

  private fireAt(rule: RuleSpec, at: number): void {
    const { accountId: account, region } = this.options;
    this.options.buses.deliver(rule, {
      version: '0',
      id: randomUUID(),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account,
      time: eventTime(at),
      region,
      resources: [rule.arn],
      detail: {},
    });
  }
}

function compile(rule: RuleSpec, expression: string): Schedule {
  if (rule.busName !== DEFAULT_BUS) {
    throw new EventsBootError(rule.address, `has a schedule on the bus "${rule.busName}"; schedules run on the default bus only`);
  }
  return { rule, periodMs: periodOf(expression, rule.address) };
}
