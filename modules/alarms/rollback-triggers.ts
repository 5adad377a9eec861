import type { MetricName } from '../../functions/metric-names';
import type { RollbackTrigger } from '../../functions/rollback-triggers';
import type { AlarmDefinition, AlarmTargets } from './alarm-definition';
import { emitted, ofFunction, published, type MetricReference, type Statistic } from './metric-reference';

/**
 * The alarms that start a rollback, as the plan names them. From the fault to its detection and the rollback must take less than
 * five minutes (docs/operations.md, "From fault to polling").
 */
export function rollbackTriggers(targets: AlarmTargets): readonly AlarmDefinition[] {
  return Object.entries(DEFINITIONS).map(([id, define]) => ({ id, ...define(targets) }));
}

type Definition = Omit<AlarmDefinition, 'id'>;

const ofCohort = (name: MetricName, statistic: Statistic, cohort = 'event-driven'): MetricReference =>
  emitted(name, 'forward-request', statistic, { cohort });

/** Below the minimum a single error could be more than 1 %. There the trigger `event-driven-errors` watches. */
const errorRate = ({ environment }: AlarmTargets): Definition => ({
  meaning: 'More than 1 % of the event-driven requests were not answered through their event',
  metrics: { requests: ofCohort('Requests', 'Sum'), errors: ofCohort('EventDrivenErrors', 'Sum') },
  expression: `IF(requests >= ${environment.alarms.minimumRequests}, 100 * FILL(errors, 0) / requests, 0)`,
  breaches: 'above',
  threshold: 1,
  periodSeconds: 30,
  datapoints: [3, 4],
  silence: 'notBreaching',
});

/**
 * The plan's limit on the number of errors, which is meant for low traffic. With high traffic ten errors a minute can be less than
 * 1 %, which the plan accepts; without this check a busy system would roll back because some wake sockets are always cold.
 */
const errors = (): Definition => ({
  meaning: 'In 2 of 3 minutes, more than 10 event-driven requests (and more than 1 % of them) were not answered through their event',
  metrics: { requests: ofCohort('Requests', 'Sum'), errors: ofCohort('EventDrivenErrors', 'Sum') },
  expression: 'IF(100 * FILL(errors, 0) > requests, FILL(errors, 0), 0)',
  breaches: 'above',
  threshold: 10,
  periodSeconds: 60,
  datapoints: [2, 3],
  silence: 'notBreaching',
});

/**
 * Average return time up to which the event-driven path is never too slow, in ms, however quick polling is. Without this limit the
 * ratio would judge local services: polling finds an answer within a few ms if a service answers just before a poll, and a direct
 * wake of 47 ms is then many times slower. The figures of docs/benchmarks/aws.md: averages in good order are below the limit (direct
 * 50 ms, at most 131 ms for one request; bus about 275 ms). Above the limit polling is better even for slow services, because reads
 * every 500 ms take 250 ms on average. A lost wake costs up to a second. With the benchmark's agents polling takes 189 ms on
 * average, so there twice the reference, 378 ms, is the limit.
 */
export const TOLERATED_RETURN_MS = 300;

/**
 * How many ms the event-driven average of the return time is above its limit: twice the reference, and at least
 * `TOLERATED_RETURN_MS`. The return time is what the answer path adds to a response; how long a local service takes is not in it, and a
 * request without an answer has none. No return time is longer than about a second, so a single request hardly moves an average. The
 * reference is the control or, with too few control requests, the recorded baseline. Sweep emits the baseline once a minute, so
 * without a control only every second period has a reference: three of six periods must breach.
 */
function latency({ environment }: AlarmTargets): Definition {
  const { minimumRequests } = environment.alarms;
  const reference = `IF(FILL(control_count, 0) >= ${minimumRequests}, FILL(control, 0), FILL(baseline, 0))`;
  const limit = `IF(2 * ${reference} > ${TOLERATED_RETURN_MS}, 2 * ${reference}, ${TOLERATED_RETURN_MS})`;
  return {
    meaning: `Answers of event-driven requests take more than ${TOLERATED_RETURN_MS} ms to return, and more than twice as long as answers of polling requests (or as the recorded baseline, if too few requests poll)`,
    metrics: {
      canary: ofCohort('ReturnTime', 'Average'),
      canary_count: ofCohort('ReturnTime', 'SampleCount'),
      control: ofCohort('ReturnTime', 'Average', 'polling'),
      control_count: ofCohort('ReturnTime', 'SampleCount', 'polling'),
      baseline: emitted('BaselineReturnTime', 'sweep', 'Average'),
    },
    expression: `IF(canary_count >= ${minimumRequests} AND ${reference} > 0, canary - ${limit}, 0)`,
    breaches: 'above',
    threshold: 0,
    periodSeconds: 30,
    datapoints: [3, 6],
    silence: 'notBreaching',
  };
}

/** A single failure does not count: the stream delivers the record again, so the event is not lost, and one event gives no share. */
const deliveryFailures = (): Definition => ({
  meaning: 'The bus refused more than 0.1 % of the events, and at least two events',
  metrics: {
    published: emitted('EventsPublished', 'process-stream', 'Sum'),
    failed: emitted('EventDeliveryFailed', 'process-stream', 'Sum'),
  },
  expression: 'IF(FILL(failed, 0) > 1, 100 * FILL(failed, 0) / published, 0)',
  breaches: 'above',
  threshold: 0.1,
  periodSeconds: 30,
  datapoints: [2, 5],
  silence: 'notBreaching',
});

/** In mode `direct` sweep's probe, once a minute, may be the only data. Two of five periods are then two probes. */
const streamLag = (): Definition => ({
  meaning: 'Completed rows take more than 5 s to reach process-stream',
  metrics: { lag: emitted('StreamLag', 'process-stream', 'Average') },
  breaches: 'above',
  threshold: 5000,
  periodSeconds: 30,
  datapoints: [2, 5],
  silence: 'notBreaching',
});

/**
 * Counts messages that arrive in the queues, not messages that are already there: a rollback must react to current faults. SQS's
 * metrics of a queue that was idle for six hours may be 15 minutes late; the metrics of EventBridge and Lambda are not.
 */
const lostAnswers = ({ answerQueues, responseRule, functions }: AlarmTargets): Definition => ({
  meaning: 'The delivery of an answer (its record, event or wake) was given up; the visitor got the answer through a safety read',
  metrics: {
    ...Object.fromEntries(
      Object.entries(answerQueues).map(([id, QueueName]) => [id, published('AWS/SQS', 'NumberOfMessagesSent', 'Sum', { QueueName })]),
    ),
    rule_dead_letters: published('AWS/Events', 'InvocationsSentToDlq', 'Sum', { ...responseRule }),
    rule_failures: published('AWS/Events', 'FailedInvocations', 'Sum', { ...responseRule }),
    rule_losses: published('AWS/Events', 'InvocationsFailedToBeSentToDlq', 'Sum', { ...responseRule }),
    wakes_dropped: ofFunction('AsyncEventsDropped', functions['wake-waiter']),
    failures_lost: ofFunction('DestinationDeliveryFailures', functions['wake-waiter']),
  },
  expression: 'SUM(METRICS())',
  breaches: 'above',
  threshold: 0,
  periodSeconds: 60,
  datapoints: [1, 3],
  silence: 'notBreaching',
});

/**
 * Judges only minutes in which sweep has sent a probe that must return: in a new environment the mapping may take minutes until it
 * reads (functions/core/probe-grace.ts), and `sweep-missing` reports a sweep that does not run. One minute without a returned probe
 * can be harmless: the probe returned in the next minute, or a deployment replaced a function. A deployment that changes the mapping
 * or the rule can take two minutes, so only such a deployment may cause an unnecessary rollback.
 *
 * The sum is the number of returned probes, and 0 in a minute in which a probe was expected and none returned. It does not need FILL:
 * if the mapping has never worked, no probe has ever returned, and AWS does not say what FILL does with a metric that has no data.
 */
const probeMissing = (): Definition => ({
  meaning: 'Probes do not return through stream and bus: a wake that cannot be posted directly is lost',
  metrics: {
    expected: emitted('ProbeExpected', 'sweep', 'Sum'),
    returned: emitted('ProbeReturned', 'wake-waiter', 'Sum'),
  },
  expression: 'SUM([0 * expected, returned])',
  breaches: 'below',
  threshold: 1,
  periodSeconds: 60,
  datapoints: [2, 3],
  silence: 'notBreaching',
});

const DEFINITIONS: Readonly<Record<RollbackTrigger, (targets: AlarmTargets) => Definition>> = {
  'event-driven-error-rate': errorRate,
  'event-driven-errors': errors,
  'event-driven-latency': latency,
  'delivery-failures': deliveryFailures,
  'stream-lag': streamLag,
  'lost-answers': lostAnswers,
  'probe-missing': probeMissing,
};
