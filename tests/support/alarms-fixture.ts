/** Alarms with a virtual clock and a metric store that the test fills. */
import { LocalAlarms, type LocalAlarmsOptions } from '../../emulator/cloudwatch/alarms/local-alarms';
import { MetricStore, type Datum } from '../../emulator/cloudwatch/metrics/metric-store';
import { Permissions } from '../../emulator/iam/permissions';
import { LocalTopics } from '../../emulator/sns/local-topics';
import type { CompositeAlarmSpec, MetricAlarmSpec, MetricStatSpec } from '../../emulator/specs';
import { FakeInvoker } from './events-fixture';
import { VirtualClock } from './virtual-clock';

export const MINUTE = 60_000;
/** A full hour, so that periods of every length begin at this time. */
export const START = Math.ceil(1_795_000_000_000 / (60 * MINUTE)) * 60 * MINUTE;
export const TOPIC = 'arn:aws:sns:eu-central-1:000000000000:alarms';
export const ROLL_BACK = 'arn:aws:lambda:eu-central-1:000000000000:function:roll-back';
export const METRIC: MetricStatSpec = {
  namespace: 'Test',
  name: 'Errors',
  dimensions: { service: 'visit' },
  statistic: 'Sum',
  periodMs: MINUTE,
};

const NO_ACTIONS = { ALARM: [], OK: [], INSUFFICIENT_DATA: [] };
const common = (name: string) => ({
  address: `aws_cloudwatch_metric_alarm.${name}`,
  name,
  arn: alarmArn(name),
  description: '',
  actionsEnabled: true,
  actions: NO_ACTIONS,
});

export const alarmArn = (name: string): string => `arn:aws:cloudwatch:eu-central-1:000000000000:alarm:${name}`;

/** An alarm. By default it fires if the metric is above five in one minute. */
export const metricAlarm = (
  name: string,
  { metric = {}, ...more }: Partial<MetricAlarmSpec> & { metric?: Partial<MetricStatSpec> } = {},
): MetricAlarmSpec => ({
  ...common(name),
  kind: 'metric',
  usesQueries: more.queries !== undefined,
  queries: [{ id: 'm1', metric: { ...METRIC, ...metric }, returnsData: true }],
  comparison: 'GreaterThanThreshold',
  threshold: 5,
  evaluationPeriods: 1,
  datapointsToAlarm: 1,
  treatMissingData: 'notBreaching',
  evaluatesLowSampleCounts: true,
  ...more,
});

export const compositeAlarm = (name: string, rule: string, more: Partial<CompositeAlarmSpec> = {}): CompositeAlarmSpec => ({
  ...common(name),
  kind: 'composite',
  rule,
  ...more,
});

export class AlarmsFixture {
  readonly clock = new VirtualClock(START);
  readonly store: MetricStore;
  readonly invoker = new FakeInvoker();
  readonly topics = new LocalTopics([{ address: 'aws_sns_topic.alarms', name: 'alarms', arn: TOPIC }]);
  readonly warnings: string[] = [];
  readonly alarms: LocalAlarms;

  /** Starts the alarms. @param permitted alarms that may invoke roll-back */
  constructor(alarms: LocalAlarmsOptions['alarms'], { timeFactor = 1, permitted = '*' }: { timeFactor?: number; permitted?: string } = {}) {
    this.store = new MetricStore({ timeFactor, now: () => this.clock.now() });
    this.alarms = new LocalAlarms({
      alarms,
      metrics: this.store,
      clock: this.clock,
      timeFactor,
      invoker: this.invoker,
      permissions: new Permissions([
        {
          address: 'aws_lambda_permission.p',
          functionName: 'roll-back',
          principal: 'lambda.alarms.cloudwatch.amazonaws.com',
          sourceArn: alarmArn(permitted),
        },
      ]),
      topics: this.topics,
      targets: [TOPIC, ROLL_BACK],
      accountId: '000000000000',
      region: 'eu-central-1',
      log: { warn: (text) => this.warnings.push(text) },
    });
    this.alarms.start();
  }

  add(value: number, more: Partial<Datum> = {}): void {
    const { namespace, name, dimensions } = METRIC;
    this.store.add({ namespace, name, dimensions, unit: 'Count', value, at: this.clock.now(), ...more });
  }

  stateOf(name: string): string | undefined {
    return this.alarms.list().find((alarm) => alarm.name === name)?.state;
  }

  /** `[seconds since the start, alarm, state]` of every change. */
  get changes(): [number, string, string][] {
    return this.alarms.history().map(({ at, name, to }) => [Math.floor((at - START) / 1000), name, to]);
  }
}
