/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html */
import type { EventBuses } from '../../events/event-bus';
import type { MetricStore } from '../metrics/metric-store';
import { recorders } from './recorders';

const UNITS = {
  MatchedEvents: 'Count',
  Invocations: 'Count',
  InvocationAttempts: 'Count',
  RetryInvocationAttempts: 'Count',
  FailedInvocations: 'Count',
  InvocationsSentToDlq: 'Count',
};

const dimensionSets = (rule: string, bus: string): Record<string, string>[] => [{ RuleName: rule }, { EventBusName: bus, RuleName: rule }];

/** Records the AWS/Events metrics per rule. As on AWS, a metric has no data points (and no zeros) while nothing happens. */
export function eventsMetrics(store: MetricStore, buses: EventBuses): void {
  const of = recorders(store, 'AWS/Events', UNITS, dimensionSets);
  buses.events.on('match', ({ at, ruleName, busName }) => of(ruleName, busName).MatchedEvents(1, at));
  buses.events.on('delivery', ({ at, ruleName, busName, outcome, attempts }) => {
    const record = of(ruleName, busName);
    record.InvocationAttempts(1, at);
    if (attempts > 1) record.RetryInvocationAttempts(1, at);
    // An invocation counts when it has succeeded or finally failed. An event that a dead-letter queue took does not count as failed.
    if (outcome !== 'retrying') record.Invocations(1, at);
    if (outcome === 'dropped') record.FailedInvocations(1, at);
    if (outcome === 'dead-lettered') record.InvocationsSentToDlq(1, at);
  });
}
