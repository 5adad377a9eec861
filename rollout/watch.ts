import {
  AlarmType,
  paginateDescribeAlarms,
  paginateGetMetricData,
  type CloudWatchClient,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import { namePrefix } from '../environments/physical-name';
import type { Cohort } from '../functions/core/answer-path';
import type { CohortFigures } from '../functions/core/rollout-item';
import { metricNamespace, type MetricName } from '../functions/metric-names';
import type { FunctionName } from '../functions/settings';

/** Reads the alarms and metrics of an environment. Times in ms since the epoch. */
export interface Watch {
  /** Names of the alarms that are on, and whether the alarm that rolls back exists. */
  alarms(): Promise<{ readonly on: readonly string[]; readonly isWatched: boolean }>;
  probeReturned(from: number, to: number): Promise<boolean>;
  /** Undefined if the cohort had no requests. */
  figures(cohort: Cohort, from: number, to: number): Promise<CohortFigures | undefined>;
}

/**
 * CloudWatch keeps high-resolution figures for three hours, and figures of a minute for 15 days:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
 */
const FINE = { forMs: 3 * 3_600_000, periodSeconds: 10 };
const MINUTE_SECONDS = 60;

interface Asked {
  readonly name: MetricName;
  readonly statistic: 'Sum' | 'SampleCount';
  readonly service: FunctionName;
  readonly dimensions?: Readonly<Record<string, string>>;
}

/** @param environment whose alarms and metrics to read */
export function cloudWatch(client: CloudWatchClient, environment: string): Watch {
  const alarmPrefix = namePrefix(environment);
  const namespace = metricNamespace(environment);
  /** Totals over the whole time, in the order of `asked`. */
  const totals = async (asked: readonly Asked[], from: number, to: number): Promise<number[]> => {
    const period = to - from <= FINE.forMs ? FINE.periodSeconds : MINUTE_SECONDS;
    const sums = asked.map(() => 0);
    if (from >= to) return sums;
    const input = {
      MetricDataQueries: asked.map((one, i) => query(`m${i}`, namespace, one, period)),
      StartTime: new Date(from),
      EndTime: new Date(to),
    };
    for await (const { MetricDataResults = [] } of paginateGetMetricData({ client }, input)) {
      for (const { Id = '', Values = [] } of MetricDataResults) {
        const i = Number(Id.slice(1));
        for (const value of Values) sums[i] = (sums[i] ?? 0) + value;
      }
    }
    return sums;
  };

  return {
    async alarms() {
      const on: string[] = [];
      let isWatched = false;
      const input = { AlarmNamePrefix: alarmPrefix, AlarmTypes: [AlarmType.MetricAlarm, AlarmType.CompositeAlarm] };
      for await (const { MetricAlarms = [], CompositeAlarms = [] } of paginateDescribeAlarms({ client }, input)) {
        for (const { AlarmName = '', StateValue } of [...MetricAlarms, ...CompositeAlarms]) {
          if (StateValue === 'ALARM') on.push(AlarmName);
          if (AlarmName === `${alarmPrefix}rollback`) isWatched = true;
        }
      }
      return { on: on.sort(), isWatched };
    },

    async probeReturned(from, to) {
      const [returned = 0] = await totals([{ name: 'ProbeReturned', statistic: 'Sum', service: 'wake-waiter' }], from, to);
      return returned > 0;
    },

    async figures(cohort, from, to) {
      const of = { service: 'forward-request', dimensions: { cohort } } as const;
      const [ms = 0, requests = 0, returnMs = 0, answers = 0, errors = 0] = await totals(
        [
          { name: 'ResponseTime', statistic: 'Sum', ...of },
          { name: 'ResponseTime', statistic: 'SampleCount', ...of },
          { name: 'ReturnTime', statistic: 'Sum', ...of },
          { name: 'ReturnTime', statistic: 'SampleCount', ...of },
          { name: 'RequestErrors', statistic: 'Sum', ...of },
        ],
        from,
        to,
      );
      if (requests === 0) return undefined;
      return {
        responseMs: Math.round(ms / requests),
        ...(answers > 0 && { returnMs: Math.round(returnMs / answers) }),
        errorRate: errors / requests,
      };
    },
  };
}

function query(id: string, namespace: string, { name, statistic, service, dimensions }: Asked, periodSeconds: number): MetricDataQuery {
  return {
    Id: id,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: name,
        Dimensions: Object.entries({ service, ...dimensions }).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: periodSeconds,
      Stat: statistic,
    },
  };
}
