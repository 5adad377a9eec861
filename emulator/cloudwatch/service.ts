import type { CloudService } from '../cloud-service';
import type { FunctionUrlOffers } from '../function-url/service';
import type { GatewayOffers } from '../gateway/service';
import type { Permissions } from '../iam/permissions';
import type { LambdaOffers } from '../lambda/service';
import type { EventBuses } from '../events/event-bus';
import type { Topics } from '../services';
import type { CloudSpec } from '../specs';
import type { LocalQueues } from '../sqs/local-queues';
import type { EventSourceMapping } from '../streams/event-source-mapping';
import type { AttributeSource } from '../terraform/computed-attributes';
import { LocalAlarms } from './alarms/local-alarms';
import { readAlarms } from './alarms/read-alarms';
import { cloudwatchService } from './api/cloudwatch-service';
import { MetricStore } from './metrics/metric-store';
import { ServiceMetrics } from './sources/service-metrics';

/** The store of all metrics. Other services write their metrics into the store. */
export const metrics: CloudService<object, object, { readonly metrics: MetricStore }> = {
  start: ({ options: { alarmTimeFactor: timeFactor = 1 }, log }) => ({ metrics: new MetricStore({ timeFactor, log }) }),
};

interface AlarmsNeeds {
  readonly metrics: MetricStore;
  readonly permissions: Permissions;
  readonly guardedTopics: Topics;
}

const ALARM = {
  arn: ({ arn, own }: AttributeSource) => arn('cloudwatch', `alarm:${own('alarm_name')}`),
  id: ({ own }: AttributeSource) => own('alarm_name'),
};

export const alarms: CloudService<Pick<CloudSpec, 'alarms'>, AlarmsNeeds, { readonly alarms: LocalAlarms }> = {
  attributes: { aws_cloudwatch_metric_alarm: ALARM, aws_cloudwatch_composite_alarm: ALARM },
  withoutEffect: { aws_cloudwatch_dashboard: 'is a page of the AWS console, which the local cloud does not have' },
  read: (reader) => ({ alarms: readAlarms(reader) }),
  start: ({ spec, metrics, functions, permissions, guardedTopics, accountId, region, log, options, started }) => ({
    alarms: started(
      new LocalAlarms({
        alarms: spec.alarms,
        metrics,
        timeFactor: options.alarmTimeFactor ?? 1,
        invoker: functions,
        permissions,
        topics: guardedTopics,
        accountId,
        region,
        log,
        targets: [...spec.functions, ...spec.topics].map(({ arn }) => arn),
      }),
    ),
  }),
  api: ({ metrics, alarms }) => ({ cloudwatch: cloudwatchService(metrics, alarms) }),
  begin: ({ alarms, options }) => {
    if (options.watch !== false) alarms.start();
  },
};

type ServiceMetricsNeeds = GatewayOffers &
  FunctionUrlOffers &
  Pick<LambdaOffers, 'lambda'> & {
    readonly metrics: MetricStore;
    readonly mappings: readonly EventSourceMapping[];
    readonly buses: EventBuses;
    readonly queues: LocalQueues;
  };

/** The metrics that AWS's services publish about themselves. */
export const serviceMetrics: CloudService<object, ServiceMetricsNeeds, object> = {
  start: ({
    spec,
    metrics,
    lambda,
    mappings,
    buses,
    queues,
    edge,
    httpApi,
    gateway,
    functionUrl,
    options: { alarmTimeFactor = 1 },
    started,
  }) => {
    started(
      new ServiceMetrics(
        metrics,
        { lambda, mappings, buses, queues, edge, httpApi, gateway, functionUrl, functionUrls: spec.functionUrls },
        alarmTimeFactor,
      ),
    );
    return {};
  },
};
