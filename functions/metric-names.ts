/**
 * Every metric the functions emit, in one table shared with alarms and dashboards. Namespace `HTTPTunnel`; Powertools adds
 * the dimension `service` (the function's name).
 */
export const METRIC_NAMESPACE = 'HTTPTunnel';

export type MetricUnitName = 'Count' | 'Milliseconds';

export const METRICS = {
  Requests: { unit: 'Count', meaning: 'visitor requests that were sent to an agent' },
  RequestErrors: { unit: 'Count', meaning: 'visitor requests answered with an error of ours' },
  ResponseTime: { unit: 'Milliseconds', meaning: "from the visitor's arrival until forward-request returns" },
  ReturnTime: { unit: 'Milliseconds', meaning: 'from the completed row until forward-request has the answer' },
  EventDrivenErrors: {
    unit: 'Count',
    meaning: 'requests of the event-driven cohort not answered through their event: rescued by a safety read, fallen back to polling, or failed',
  },
  WakeLatency: { unit: 'Milliseconds', meaning: 'from the completed row until the waiter heard of it' },
  WakeFailed: { unit: 'Count', meaning: 'wake messages that could not be posted' },
  WakeSocketReconnect: { unit: 'Count', meaning: 'times a waiter replaced its wake socket' },
  EventDeliveryFailed: { unit: 'Count', meaning: 'events the bus did not accept' },
  StreamLag: { unit: 'Milliseconds', meaning: 'from the completed row until process-stream saw its record' },
  LateAnswer: { unit: 'Count', meaning: 'answers for requests that were already over or answered' },
  ForeignAnswer: { unit: 'Count', meaning: "answers for another tunnel's request, refused" },
  ProbeReturned: { unit: 'Count', meaning: "sweep's probes that came back through stream and bus" },
  Leftovers: { unit: 'Count', meaning: 'rows that their owner had left behind, removed by sweep' },
} as const satisfies Record<string, { unit: MetricUnitName; meaning: string }>;

export type MetricName = keyof typeof METRICS;
