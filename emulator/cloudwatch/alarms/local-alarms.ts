/** The stack's alarms: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html */
import { EventEmitter } from 'node:events';
import type { Clock } from '../../clock';
import { backgroundClock } from '../../background-clock';
import { closingController } from '../../closing-controller';
import type { Alarms, AlarmState, AlarmTransition, AlarmView } from '../../observations';
import type { Closeable } from '../../services';
import type { AlarmSpec, CompositeAlarmSpec, MetricAlarmSpec } from '../../specs';
import type { MetricStore } from '../metrics/metric-store';
import { onTheBeat } from '../on-the-beat';
import { Alarm, type Transition } from './alarm';
import { AlarmActions, type AlarmActionsOptions } from './alarm-actions';
import { AlarmHistory } from './alarm-history';
import { CompositeEvaluator, refuseCircles } from './composite-evaluator';
import { MetricEvaluator } from './metric-evaluator';

export interface LocalAlarmsOptions extends AlarmActionsOptions {
  readonly alarms: readonly AlarmSpec[];
  readonly metrics: MetricStore;
  /** Divides the periods of alarms and the pauses between their evaluations. */
  readonly timeFactor?: number;
  readonly clock?: Clock;
}

/** Alarms with periods of a minute or more are evaluated every minute, the others every ten seconds. */
const MINUTE_MS = 60_000;
const BEATS_A_MINUTE = 6;
/** Wait after the end of a period, so that values logged at its very end have arrived. AWS waits too, but does not say how long. */
const ARRIVAL_MS = 200;

export class LocalAlarms implements Alarms, Closeable {
  readonly events = new EventEmitter<{ transition: [AlarmTransition] }>();
  readonly log = new AlarmHistory();
  readonly alarms: readonly Alarm[];
  private readonly metric: readonly MetricEvaluator[];
  private readonly composite: readonly CompositeEvaluator[];
  private readonly actions: AlarmActions;
  private readonly clock: Clock;
  private readonly timeFactor: number;
  private readonly closing = closingController();

  /** @throws AlarmBootError for an alarm that cannot be evaluated; the message has its Terraform address */
  constructor(options: LocalAlarmsOptions) {
    const { alarms, metrics, clock = backgroundClock, timeFactor = 1 } = options;
    this.clock = clock;
    this.timeFactor = timeFactor;
    this.alarms = alarms.map((spec) => new Alarm(spec, clock.now()));
    this.actions = new AlarmActions(alarms, this.log, options);
    const find = (nameOrArn: string): Alarm | undefined =>
      this.alarms.find(({ spec }) => spec.name === nameOrArn || spec.arn === nameOrArn);
    this.metric = this.alarms.filter(isMetric).map((alarm) => new MetricEvaluator(alarm, metrics, timeFactor));
    this.composite = this.alarms.filter(isComposite).map((alarm) => new CompositeEvaluator(alarm, find));
    refuseCircles(this.composite);
  }

  /** Starts the evaluation. Composite alarms get a state at once, the others at the end of the next period. */
  start(): void {
    for (const composite of this.composite) this.take(composite.evaluate(this.clock.now()));
    if (this.metric.length === 0) return;
    const beats = this.metric.some(({ isHighResolution }) => isHighResolution) ? BEATS_A_MINUTE : 1;
    const periodMs = MINUTE_MS / beats / this.timeFactor;
    void onTheBeat({ clock: this.clock, periodMs, delayMs: ARRIVAL_MS, signal: this.closing.signal }, (beat, at) => {
      for (const alarm of this.metric) {
        if (alarm.isHighResolution || beat % beats === 0) this.take(alarm.evaluate(at, this.clock.now()));
      }
    });
  }

  list(): readonly AlarmView[] {
    return this.alarms.map((alarm) => alarm.view());
  }

  history(): readonly AlarmTransition[] {
    return this.log.transitions.map(({ at, name, from, to, reason }) => ({ at, name, from, to, reason }));
  }

  /** Sets the state of an alarm by hand. The next evaluation sets the real state again. @returns false if there is no such alarm */
  set(name: string, state: AlarmState, reason: string): boolean {
    const alarm = this.alarms.find(({ spec }) => spec.name === name);
    if (!alarm) return false;
    this.take(alarm.become({ state, reason, since: this.clock.now() }));
    return true;
  }

  async close(): Promise<void> {
    this.closing.abort();
  }

  /** Records a change and performs its actions, then evaluates the composite alarms that depend on the changed alarm. */
  private take(transition: Transition | undefined): void {
    if (!transition) return;
    this.log.changed(transition);
    const { at, name, from, to, reason } = transition;
    this.events.emit('transition', { at, name, from, to, reason });
    this.actions.perform(transition);
    for (const composite of this.composite) {
      if (composite.children.some(({ spec }) => spec === transition.alarm)) this.take(composite.evaluate(this.clock.now(), transition));
    }
  }
}

const isMetric = (alarm: Alarm): alarm is Alarm<MetricAlarmSpec> => alarm.spec.kind === 'metric';
const isComposite = (alarm: Alarm): alarm is Alarm<CompositeAlarmSpec> => alarm.spec.kind === 'composite';
