import type { CompositeAlarmSpec } from '../../specs';
import type { Alarm, Transition } from './alarm';
import { AlarmBootError } from './alarm-error';
import { parseCompositeRule, type CompositeRule } from './composite-rule';

/** Finds an alarm by name or ARN. */
export type FindAlarm = (nameOrArn: string) => Alarm | undefined;

/** Evaluates one composite alarm, which depends on other alarms. */
export class CompositeEvaluator {
  readonly children: readonly Alarm[];
  private readonly rule: CompositeRule;

  /** @throws AlarmBootError for a rule that is invalid or that names an unknown alarm */
  constructor(
    readonly alarm: Alarm<CompositeAlarmSpec>,
    private readonly find: FindAlarm,
  ) {
    const { address, rule } = alarm.spec;
    try {
      this.rule = parseCompositeRule(rule);
    } catch (error) {
      throw new AlarmBootError(`${address}: its alarm_rule cannot be read: ${(error as Error).message}`);
    }
    this.children = this.rule.children.map((child) => {
      const found = find(child);
      if (!found) throw new AlarmBootError(`${address}: its alarm_rule names "${child}", which is not an alarm of the stack`);
      return found;
    });
  }

  /** @param trigger the change that caused the evaluation; missing for the first evaluation */
  evaluate(now: number, trigger?: Transition): Transition | undefined {
    const state = this.rule.holds((child) => this.find(child)?.standing.state ?? 'INSUFFICIENT_DATA') ? 'ALARM' : 'OK';
    const { arn } = this.alarm.spec;
    const reason = trigger
      ? `${trigger.alarm.arn} transitioned to ${trigger.to} at ${inWords(trigger.at)}`
      : `${arn} was created and its alarm rule evaluates to ${state}`;
    const triggers = trigger ? [{ arn: trigger.alarm.arn, state: { value: trigger.to, timestamp: stamp(trigger.at) } }] : this.standings();
    return this.alarm.become({ state, reason, reasonData: JSON.stringify({ triggeringAlarms: triggers }), since: now });
  }

  private standings(): object[] {
    return this.children.map(({ spec, standing }) => ({
      arn: spec.arn,
      state: { value: standing.state, timestamp: stamp(standing.since) },
    }));
  }
}

/** @throws AlarmBootError when composite alarms depend on each other in a circle; AWS stops evaluating such alarms */
export function refuseCircles(composites: readonly CompositeEvaluator[]): void {
  const byName = new Map(composites.map((composite) => [composite.alarm.spec.name, composite]));
  const visit = (composite: CompositeEvaluator, path: readonly string[]): void => {
    const { address, name } = composite.alarm.spec;
    if (path.includes(name)) throw new AlarmBootError(`${address}: its alarm_rule refers to itself through ${path.join(', ')}`);
    for (const { spec } of composite.children) {
      const next = byName.get(spec.name);
      if (next) visit(next, [...path, name]);
    }
  };
  for (const composite of composites) visit(composite, []);
}

const stamp = (at: number): string => new Date(at).toISOString().replace('Z', '+0000');

/** `Friday 04 August, 2023 12:54:46 UTC` */
function inWords(at: number): string {
  const date = new Date(at);
  const word = (options: Intl.DateTimeFormatOptions): string => date.toLocaleString('en-GB', { ...options, timeZone: 'UTC' });
  const day = `${word({ weekday: 'long' })} ${word({ day: '2-digit' })} ${word({ month: 'long' })}`;
  return `${day}, ${date.getUTCFullYear()} ${date.toISOString().slice(11, 19)} UTC`;
}
