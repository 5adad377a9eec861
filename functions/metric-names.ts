/**
 * Every metric the functions emit, in one table shared with alarms, dashboard and tests. Powertools adds the dimension `service` (the
 * function's name) to each dimension set.
 */
import type { FunctionName } from './settings';

/**
 * The namespace of an environment's metrics. Environments may share an account, and no dimension names the environment: in a common
 * namespace the alarms of one environment would judge the traffic of another.
 */
export const metricNamespace = (environment: string): string => `HTTPTunnel/${environment}`;

export type MetricUnitName = 'Count' | 'Milliseconds' | 'Percent';

export interface Metric {
  readonly unit: MetricUnitName;
  readonly meaning: string;
  /** The functions that emit the metric. */
  readonly from: readonly FunctionName[];
  /** The metric's dimension sets, without `service`. CloudWatch treats and bills each set as a metric of its own. */
  readonly by: readonly (readonly ('cohort' | 'mode' | 'source' | 'reason' | 'code' | 'cause')[])[];
}

/** `cohort` is the group to which the rollout assigned a request; `mode` is how the request then waited. Alarms compare cohorts. */
const BY_COHORT = [['cohort'], ['cohort', 'mode']] as const;
const AS_A_WHOLE = [[]] as const;
/** The functions behind the doors of visitors. They have the same core, so they emit the same metrics. */
const DOORS = ['forward-request', 'stream-request'] as const;

export const METRICS = {
  Requests: { unit: 'Count', from: DOORS, by: BY_COHORT, meaning: 'visitor requests that were sent to an agent' },
  RequestErrors: {
    unit: 'Count',
    from: DOORS,
    by: BY_COHORT,
    meaning: 'requests sent to an agent that the tunnel answered with an error of its own',
  },
  Refusals: {
    unit: 'Count',
    from: DOORS,
    by: [['code'], ['cause']],
    meaning: 'errors of its own that the tunnel gave to visitors, whether or not the request had been sent to an agent',
  },
  ResponseTime: {
    unit: 'Milliseconds',
    from: DOORS,
    by: BY_COHORT,
    meaning: 'time from the arrival of a request until the whole answer is there; for a stream until its head is there',
  },
  ReturnTime: {
    unit: 'Milliseconds',
    from: DOORS,
    by: BY_COHORT,
    meaning:
      'time from when receive-message took the answer until the waiter has it: what the answer path adds to a response time. ' +
      'If the answer had to be sent again, the time begins with the copy that arrived',
  },
  EventDrivenErrors: {
    unit: 'Count',
    from: DOORS,
    by: BY_COHORT,
    meaning:
      'event-driven requests whose answer their event did not announce: a safety read found it, the request had switched to polling, ' +
      'or the last look failed',
  },
  AnswersAskedFor: {
    unit: 'Count',
    from: DOORS,
    by: AS_A_WHOLE,
    meaning: 'requests with a ticket whose waiter got the answer only after it had asked the agent: the answer was lost on its first way',
  },
  WakeLatency: {
    unit: 'Milliseconds',
    from: DOORS,
    by: [['source']],
    meaning: 'time from when receive-message took the answer until the waiter learned of it, through a wake or a read',
  },
  WakeFailed: {
    unit: 'Count',
    from: ['receive-message', 'wake-waiter'],
    by: [['reason']],
    meaning: 'wake messages that could not be posted',
  },
  StreamsCut: {
    unit: 'Count',
    from: ['stream-request'],
    by: BY_COHORT,
    meaning:
      'streams that ended before their end, although their visitors wanted more and the longest life of a stream was not over: the visitor ' +
      'got a part of the answer, and then the connection was reset',
  },
  StreamLate: {
    unit: 'Count',
    from: ['stream-request'],
    by: AS_A_WHOLE,
    meaning: 'streams that were ended because the longest life of a stream was over',
  },
  StreamIdle: {
    unit: 'Count',
    from: ['stream-request'],
    by: AS_A_WHOLE,
    meaning: 'streams that were ended because the agent or the waiter gave no sign of life',
  },
  StreamSlow: {
    unit: 'Count',
    from: ['stream-request'],
    by: AS_A_WHOLE,
    meaning: 'streams that were ended because the visitor took nothing for too long',
  },
  WakeSocketReconnect: { unit: 'Count', from: DOORS, by: AS_A_WHOLE, meaning: 'wake sockets that a waiter replaced' },
  EventsPublished: { unit: 'Count', from: ['process-stream'], by: AS_A_WHOLE, meaning: 'events sent to the bus, including refused events' },
  EventDeliveryFailed: { unit: 'Count', from: ['process-stream'], by: AS_A_WHOLE, meaning: 'events that the bus did not accept' },
  StreamLag: {
    unit: 'Milliseconds',
    from: ['process-stream'],
    by: AS_A_WHOLE,
    meaning: 'time from when receive-message took the answer until process-stream received the record of its row',
  },
  LateAnswer: {
    unit: 'Count',
    from: ['receive-message'],
    by: AS_A_WHOLE,
    meaning: 'answers for requests that had already ended or been answered',
  },
  ForeignAnswer: {
    unit: 'Count',
    from: ['receive-message'],
    by: AS_A_WHOLE,
    meaning: 'answers that were refused, because the request belongs to another tunnel',
  },
  UnreadableTicket: {
    unit: 'Count',
    from: ['receive-message'],
    by: AS_A_WHOLE,
    meaning: 'tickets that no known key has sealed: forged or damaged ones, or tickets whose key this function does not have',
  },
  RepeatedAnswer: {
    unit: 'Count',
    from: ['receive-message'],
    by: AS_A_WHOLE,
    meaning: 'answers that agents sent again because their waiters asked: the first ones were lost, or still on their way',
  },
  FloodingAgentClosed: {
    unit: 'Count',
    from: ['receive-message'],
    by: AS_A_WHOLE,
    meaning: "agents' connections that were closed because of too many messages that answer no request",
  },
  ProbeExpected: {
    unit: 'Count',
    from: ['sweep'],
    by: AS_A_WHOLE,
    meaning: 'probes that sweep sent and that must return: all but those of the first minutes of an environment',
  },
  ProbeReturned: { unit: 'Count', from: ['wake-waiter'], by: AS_A_WHOLE, meaning: 'probes of sweep that returned through stream and bus' },
  Leftovers: { unit: 'Count', from: ['sweep'], by: AS_A_WHOLE, meaning: 'abandoned rows that sweep removed' },
  RolloutPercent: {
    unit: 'Percent',
    from: ['sweep'],
    by: AS_A_WHOLE,
    meaning: 'share of requests that are event-driven; emitted once a minute',
  },
  BaselineReturnTime: {
    unit: 'Milliseconds',
    from: ['sweep'],
    by: AS_A_WHOLE,
    meaning: 'average return time of the polling cohort when the rollout last advanced; emitted once a minute if a baseline is recorded',
  },
  RolloutUnreadable: {
    unit: 'Count',
    from: DOORS,
    by: AS_A_WHOLE,
    meaning: 'failed reads of the rollout item, and reads of an invalid item',
  },
  RolledBack: {
    unit: 'Count',
    from: ['roll-back'],
    by: AS_A_WHOLE,
    meaning: 'rollbacks, each of which sets the rollout to 0 % and latches the rollout',
  },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;
