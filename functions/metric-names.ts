/**
 * Every metric the functions emit, in one table shared with alarms, dashboard and tests. All are in one namespace, and Powertools adds
 * the dimension `service` (the function's name) to each dimension set.
 */
import type { FunctionName } from './settings';

export const METRIC_NAMESPACE = 'HTTPTunnel';

export type MetricUnitName = 'Count' | 'Milliseconds' | 'Percent';

export interface Metric {
  readonly unit: MetricUnitName;
  readonly meaning: string;
  /** The functions that emit the metric. */
  readonly from: readonly FunctionName[];
  /** The metric's dimension sets, without `service`. CloudWatch treats and bills each set as a metric of its own. */
  readonly by: readonly (readonly ('cohort' | 'mode' | 'source' | 'reason')[])[];
}

/** `cohort` is what a request was assigned to, `mode` is what was done. Alarms compare cohorts; people look at modes. */
const BY_COHORT = [['cohort'], ['cohort', 'mode']] as const;
const AS_A_WHOLE = [[]] as const;

export const METRICS = {
  Requests: { unit: 'Count', from: ['forward-request'], by: BY_COHORT, meaning: 'visitor requests that were sent to an agent' },
  RequestErrors: {
    unit: 'Count',
    from: ['forward-request'],
    by: BY_COHORT,
    meaning: 'requests sent to an agent that the tunnel answered with an error of its own',
  },
  ResponseTime: {
    unit: 'Milliseconds',
    from: ['forward-request'],
    by: BY_COHORT,
    meaning: "from the visitor's arrival until forward-request returns",
  },
  ReturnTime: {
    unit: 'Milliseconds',
    from: ['forward-request'],
    by: [['cohort', 'mode']],
    meaning: 'from the completed row until forward-request has the answer',
  },
  EventDrivenErrors: {
    unit: 'Count',
    from: ['forward-request'],
    by: BY_COHORT,
    meaning:
      'requests of the event-driven cohort not answered through their event: rescued by a safety read, fallen back to polling, or failed',
  },
  WakeLatency: {
    unit: 'Milliseconds',
    from: ['forward-request'],
    by: [['source']],
    meaning: 'from the completed row until the waiter learned of the answer in any way',
  },
  WakeFailed: {
    unit: 'Count',
    from: ['receive-message', 'wake-waiter'],
    by: [['reason']],
    meaning: 'wake messages that could not be posted',
  },
  WakeSocketReconnect: { unit: 'Count', from: ['forward-request'], by: AS_A_WHOLE, meaning: 'times a waiter replaced its wake socket' },
  EventsPublished: { unit: 'Count', from: ['process-stream'], by: AS_A_WHOLE, meaning: 'events sent to the bus, accepted or not' },
  EventDeliveryFailed: { unit: 'Count', from: ['process-stream'], by: AS_A_WHOLE, meaning: 'events that the bus did not accept' },
  StreamLag: {
    unit: 'Milliseconds',
    from: ['process-stream'],
    by: AS_A_WHOLE,
    meaning: 'from the completed row until process-stream saw its record',
  },
  LateAnswer: {
    unit: 'Count',
    from: ['receive-message'],
    by: AS_A_WHOLE,
    meaning: 'answers for requests that had already ended or been answered',
  },
  ForeignAnswer: { unit: 'Count', from: ['receive-message'], by: AS_A_WHOLE, meaning: "answers for another tunnel's request, refused" },
  ProbeReturned: { unit: 'Count', from: ['wake-waiter'], by: AS_A_WHOLE, meaning: "sweep's probes that came back through stream and bus" },
  Leftovers: { unit: 'Count', from: ['sweep'], by: AS_A_WHOLE, meaning: 'abandoned rows that sweep removed' },
  RolloutPercent: { unit: 'Percent', from: ['sweep'], by: AS_A_WHOLE, meaning: 'share of requests that are event-driven, once a minute' },
  BaselineResponseTime: {
    unit: 'Milliseconds',
    from: ['sweep'],
    by: AS_A_WHOLE,
    meaning: "the polling cohort's average response time when the rollout last advanced, once a minute as soon as there is one",
  },
  RolloutUnreadable: {
    unit: 'Count',
    from: ['forward-request'],
    by: AS_A_WHOLE,
    meaning: 'times the rollout item could not be read or understood',
  },
  RolledBack: { unit: 'Count', from: ['roll-back'], by: AS_A_WHOLE, meaning: 'rollbacks: the rollout set to 0 % and latched' },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;
