/**
 * EventBridge buses with their rules and targets. Each event is delivered at least once; the order is not guaranteed.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus.html
 */
import { EventEmitter } from 'node:events';
import type { Clock } from '../clock';
import type { Limits } from '../limits';
import { AwsError } from '../services';
import type { AwsCall, AwsReply, ServiceApi, Closeable, Logger } from '../services';
import type { EventBusSpec, RuleSpec, TargetSpec } from '../specs';
import { backgroundClock } from '../background-clock';
import type { BusEvent } from './bus-event';
import { closingController } from '../closing-controller';
import type { Carriers } from './delivery-attempt';
import { compileRule } from './compiled-rule';
import type { CompiledRule } from './compiled-rule';
import { EventsBootError } from './events-boot-error';
import { entriesOf, eventOf } from './put-events';
import type { PutEventsEntry, PutEventsResult, PutEventsResultEntry } from './put-events';
import { TargetDelivery } from './target-delivery';
import type { DeliveryInterceptor, DeliveryRecord } from './target-delivery';

/** The bus that every account has. */
export const DEFAULT_BUS = 'default';

export interface EventBusesOptions extends Carriers {
  readonly buses: readonly EventBusSpec[];
  /** All rules. Rules with a schedule are fired by `Schedules`. */
  readonly rules: readonly RuleSpec[];
  readonly limits: Limits['events'];
  readonly accountId: string;
  readonly region: string;
  readonly clock?: Clock;
  /** 0 ≤ x < 1 */
  readonly random?: () => number;
  readonly log: Logger;
  /** Awaited before each delivery attempt; adds latency. A rejection counts as a failed attempt. */
  readonly beforeDelivery?: (target: TargetSpec) => Promise<void>;
  /** Wraps each delivery attempt; injects faults. */
  readonly interceptDelivery?: DeliveryInterceptor;
}

/** An event that a rule's pattern matched. */
export interface MatchRecord {
  readonly at: number;
  readonly ruleName: string;
  readonly busName: string;
}

export interface EventBusesStats {
  /** Numbers of entries that PutEvents accepted and refused. */
  readonly accepted: number;
  readonly refused: number;
  /** How many times an event matched a rule. */
  readonly matched: number;
  /** Numbers of delivery attempts by outcome. */
  readonly attempts: Readonly<Record<DeliveryRecord['outcome'], number>>;
}

export class EventBuses implements Closeable {
  readonly events = new EventEmitter<{ delivery: [DeliveryRecord]; match: [MatchRecord] }>();
  private readonly counts = {
    accepted: 0,
    refused: 0,
    matched: 0,
    attempts: { delivered: 0, retrying: 0, 'dead-lettered': 0, dropped: 0 },
  };
  private readonly buses: ReadonlySet<string>;
  private readonly rules: readonly CompiledRule[];
  private readonly clock: Clock;
  private readonly delivery: TargetDelivery;
  private readonly closing = closingController();

  /** @throws EventPatternError or EventsBootError for a rule that EventBridge would refuse; the message has its Terraform address */
  constructor(private readonly options: EventBusesOptions) {
    this.buses = new Set([DEFAULT_BUS, ...options.buses.map(({ name }) => name)]);
    this.rules = options.rules.map((rule) => this.compile(rule));
    this.clock = options.clock ?? backgroundClock;
    this.delivery = new TargetDelivery({
      ...options,
      retryBaseMs: options.limits.retryBaseMs,
      clock: this.clock,
      random: options.random ?? Math.random,
      signal: this.closing.signal,
      onRecord: (record) => {
        this.counts.attempts[record.outcome] += 1;
        this.events.emit('delivery', record);
      },
    });
  }

  /** Serves `PutEvents` for the AWS endpoint. @throws AwsError for any other operation */
  readonly service: ServiceApi = async ({ operation, input }: AwsCall): Promise<AwsReply> => {
    if (operation !== 'PutEvents') {
      throw new AwsError(400, 'UnknownOperationException', `the local event bus knows PutEvents, not ${operation}`);
    }
    const result = this.put(entriesOf(input, this.options.limits));
    return {
      status: 200,
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      body: JSON.stringify(result),
    };
  };

  /** Takes events and delivers them in the background. The result says for each entry whether it was accepted, as PutEvents does. */
  put(entries: readonly PutEventsEntry[]): PutEventsResult {
    const results = entries.map((entry) => this.putOne(entry));
    const failed = results.filter((result) => 'ErrorCode' in result).length;
    this.counts.accepted += results.length - failed;
    this.counts.refused += failed;
    return { FailedEntryCount: failed, Entries: results };
  }

  /** Sends an event to every target of a rule, whether its pattern matches or not. */
  deliver(rule: RuleSpec, event: BusEvent): void {
    const compiled = this.rules.find(({ spec }) => spec.arn === rule.arn);
    if (compiled) this.deliverTo(compiled, event, {});
  }

  stats(): EventBusesStats {
    return { ...this.counts, attempts: { ...this.counts.attempts } };
  }

  /** Stops all retries. Events that wait for a retry are lost, like everything else in the local cloud. */
  async close(): Promise<void> {
    this.closing.abort();
  }

  private compile(rule: RuleSpec): CompiledRule {
    if (!this.buses.has(rule.busName)) {
      const known = [...this.buses].join(', ');
      throw new EventsBootError(rule.address, `there is no event bus "${rule.busName}"; the stack has ${known}`);
    }
    return compileRule(rule);
  }

  private putOne(entry: PutEventsEntry): PutEventsResultEntry {
    const { accountId, region, log } = this.options;
    const event = eventOf(entry, { accountId, region, now: this.clock.now() });
    if ('ErrorCode' in event) return event;
    const busName = busNameOf(entry.EventBusName);
    if (!this.buses.has(busName)) {
      log.warn(`PutEvents names the event bus "${busName}", which does not exist: event ${event.id} is lost, as on AWS`);
    }
    for (const rule of this.rules) {
      if (rule.spec.busName !== busName || !rule.matches(event)) continue;
      this.counts.matched += 1;
      this.events.emit('match', { at: this.clock.now(), ruleName: rule.spec.name, busName });
      this.deliverTo(rule, event, entry.TraceHeader === undefined ? {} : { traceHeader: entry.TraceHeader });
    }
    return { EventId: event.id };
  }

  private deliverTo({ spec, targets }: CompiledRule, event: BusEvent, trace: { readonly traceHeader?: string }): void {
    const ingestedAt = this.clock.now();
    for (const { target, input } of targets) {
      void this.delivery.deliver({ rule: spec, target, input, event, ingestedAt, ...trace });
    }
  }
}

/** `arn:aws:events:eu-central-1:000000000000:event-bus/responses` → `responses` */
const busNameOf = (nameOrArn: string | undefined): string => nameOrArn?.split(':event-bus/').at(-1) ?? DEFAULT_BUS;
