import type { FunctionName } from '../../functions/settings';
import type { AlarmDefinition, AlarmTargets } from './alarm-definition';
import { MAX_METRICS } from './metric-alarm';
import { emitted, ofFunction, published, type MetricReference } from './metric-reference';
import { streamAlarms } from './stream-alarms';

/** The alarms that notify a person and change nothing by themselves. */
export const watchAlarms = (targets: AlarmTargets): readonly AlarmDefinition[] => [
  streamLagWarning(),
  sweepMissing(),
  deadLetters(targets),
  throttles(targets),
  functionErrors(targets),
  functionDuration(targets),
  ...concurrency(targets),
  visitor5xx(targets),
  refusals(targets),
  authenticationFailures(targets),
  rollBackFailing(targets),
  rolloutUnreadable(),
  answersAskedFor(targets),
  ...streamAlarms(targets),
];

/** Share of the event-driven requests, in percent, above which the alarm `answers-asked-for` is on. */
export const ASKED_FOR_PERCENT = 5;

/** The settings that most of these alarms share. */
const BY_THE_MINUTE = {
  breaches: 'above',
  threshold: 0,
  periodSeconds: 60,
  silence: 'notBreaching',
} as const;

const streamLagWarning = (): AlarmDefinition => ({
  ...BY_THE_MINUTE,
  id: 'stream-lag-warning',
  meaning: 'Completed rows take more than 1 s to reach process-stream',
  metrics: { lag: emitted('StreamLag', 'process-stream', 'Average') },
  threshold: 1000,
  datapoints: [3, 5],
});

/**
 * Sweep emits each minute how many leftovers it has removed, even if the number is 0. This alarm never reaches ALARM: without data
 * its state is INSUFFICIENT_DATA, and the alarm reports that state. If missing data counted as breaching, the alarm would be on in
 * every new environment until the first sweep.
 */
const sweepMissing = (): AlarmDefinition => ({
  ...BY_THE_MINUTE,
  id: 'sweep-missing',
  meaning: 'Sweep does not run or does not finish: stream and bus are not probed, and leftovers of crashes are not removed',
  metrics: { sweeps: emitted('Leftovers', 'sweep', 'SampleCount') },
  breaches: 'below',
  threshold: 1,
  datapoints: [3, 5],
  silence: 'missing',
});

const deadLetters = ({ answerQueues, sweepQueues }: AlarmTargets): AlarmDefinition => ({
  ...BY_THE_MINUTE,
  id: 'dead-letters',
  meaning: 'A failed record, event or invocation is in a failure or dead-letter queue: a person must look at it',
  metrics: Object.fromEntries(
    Object.entries({ ...answerQueues, ...sweepQueues }).map(([id, QueueName]) => [
      id,
      published('AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'Maximum', { QueueName }),
    ]),
  ),
  expression: 'SUM(METRICS())',
  periodSeconds: 300,
  datapoints: [1, 1],
});

const throttles = ({ functions }: AlarmTargets): AlarmDefinition => ({
  ...BY_THE_MINUTE,
  id: 'throttles',
  meaning: "Lambda refuses invocations: a function's reserved concurrency or the account's concurrency is used up",
  metrics: ofFunctions('Throttles', withinLimit(functions)),
  expression: 'SUM(METRICS())',
  datapoints: [2, 5],
});

/**
 * Excludes authorize-agent, whose errors are refused tokens (see `authenticationFailures`), and roll-back and stream-request, which have their own
 * alarms.
 */
const functionErrors = ({ functions }: AlarmTargets): AlarmDefinition => {
  const { 'authorize-agent': _tokens, 'roll-back': _rollBack, 'stream-request': _streams, ...others } = functions;
  return {
    ...BY_THE_MINUTE,
    id: 'function-errors',
    meaning: 'In 3 of 5 minutes, functions ended with an error or a timeout',
    metrics: ofFunctions('Errors', others),
    expression: 'SUM(METRICS())',
    datapoints: [3, 5],
  };
};

/** The longest invocation divided by `nearMs`, the duration that counts as near the function's timeout. */
function functionDuration({ environment, functions }: AlarmTargets): AlarmDefinition {
  const { timings, functions: sizes } = environment;
  const nearMs = (name: FunctionName): number => {
    const timeoutMs = sizes[name].timeoutSeconds * 1000;
    // The doors often wait until the request's deadline or the end of a stream: near is halfway between this time and the timeout.
    const limitMs = { 'forward-request': timings.requestDeadlineMs, 'stream-request': timings.streamMs }[name as string];
    return limitMs === undefined ? 0.9 * timeoutMs : (limitMs + timeoutMs) / 2;
  };
  const watched = withinLimit(functions);
  const names = Object.keys(watched) as FunctionName[];
  return {
    ...BY_THE_MINUTE,
    id: 'function-duration',
    meaning: "A function's longest invocation is near its timeout",
    metrics: ofFunctions('Duration', watched, 'Maximum'),
    expression: `MAX([${names.map((name) => `${idOf(name)} / ${nearMs(name)}`).join(', ')}])`,
    threshold: 1,
    datapoints: [2, 5],
  };
}

/** Only for functions with reserved concurrency: a function that shares the account's concurrency has no cap of its own. */
function concurrency({ environment, functions }: AlarmTargets): readonly AlarmDefinition[] {
  const reserved = Object.entries(functions).flatMap(([name, functionName]) => {
    const cap = environment.functions[name as FunctionName].reservedConcurrency;
    return cap === null ? [] : [{ name, functionName, cap }];
  });
  if (reserved.length === 0) return [];
  return [
    {
      ...BY_THE_MINUTE,
      id: 'concurrency',
      meaning: 'A function uses more than 80 % of the concurrency that is reserved for it',
      metrics: Object.fromEntries(
        reserved.map(({ name, functionName }) => [idOf(name), ofFunction('ConcurrentExecutions', functionName, 'Maximum')]),
      ),
      expression: `MAX([${reserved.map(({ name, cap }) => `${idOf(name)} / ${cap}`).join(', ')}])`,
      threshold: 0.8,
      datapoints: [2, 5],
    },
  ];
}

/** Watches a share, because a tunnel without its agent or a broken local service also gives a 5xx, which is no fault of this project. */
const visitor5xx = ({ environment, visitorApiId }: AlarmTargets): AlarmDefinition => ({
  ...BY_THE_MINUTE,
  id: 'visitor-5xx',
  meaning: 'More than 5 % of the responses to visitors have a status of 500 to 599',
  metrics: {
    requests: published('AWS/ApiGateway', 'Count', 'SampleCount', { ApiId: visitorApiId }),
    failed: published('AWS/ApiGateway', '5xx', 'Sum', { ApiId: visitorApiId }),
  },
  expression: `IF(requests >= ${environment.alarms.minimumRequests}, 100 * FILL(failed, 0) / requests, 0)`,
  threshold: 5,
  datapoints: [3, 5],
});

/**
 * Refusals of the tunnel's own with any status, of which 429 is the most frequent: `visitor-5xx` sees no 4xx, and 4xx of API Gateway
 * contain those of local services. Errors that the visitor caused do not count, because browsers ask without a password first, and
 * scanners ask for tunnels that nobody has. The minimum is one of refusals, not of visits: the visitors of one tunnel whose agent is
 * silent are few.
 */
const refusals = ({ environment: { alarms }, visitorApiId }: AlarmTargets): AlarmDefinition => ({
  ...BY_THE_MINUTE,
  id: 'refusals',
  meaning: `The tunnel refuses more than ${alarms.refusedPercent} % of the visits, for reasons that lie in the tunnel`,
  metrics: {
    visits: published('AWS/ApiGateway', 'Count', 'SampleCount', { ApiId: visitorApiId }),
    refused: emitted('Refusals', 'forward-request', 'Sum', { cause: 'tunnel' }),
  },
  expression: `IF(FILL(refused, 0) >= ${alarms.minimumRequests}, 100 * FILL(refused, 0) / visits, 0)`,
  threshold: alarms.refusedPercent,
  datapoints: [3, 5],
});

/**
 * API Gateway publishes no separate count of refused connections: `ClientError` also counts throttled and malformed connections.
 * Instead this alarm counts errors of the authorizer, which throws "Unauthorized" for a refusal and fails if it cannot read the key.
 */
const authenticationFailures = ({ functions }: AlarmTargets): AlarmDefinition => ({
  ...BY_THE_MINUTE,
  id: 'authentication-failures',
  meaning: 'More than 10 agents a minute are refused because of their token, or the authorizer fails',
  metrics: { refused: ofFunction('Errors', functions['authorize-agent']) },
  threshold: 10,
  datapoints: [3, 5],
});

const rollBackFailing = ({ functions }: AlarmTargets): AlarmDefinition => ({
  ...BY_THE_MINUTE,
  id: 'roll-back-failing',
  meaning: 'An alarm started roll-back, but roll-back failed: the event-driven share may be unchanged',
  metrics: {
    errors: ofFunction('Errors', functions['roll-back']),
    throttles: ofFunction('Throttles', functions['roll-back']),
    dropped: ofFunction('AsyncEventsDropped', functions['roll-back']),
    untold: ofFunction('DestinationDeliveryFailures', functions['roll-back']),
  },
  expression: 'SUM(METRICS())',
  datapoints: [1, 3],
});

const rolloutUnreadable = (): AlarmDefinition => ({
  ...BY_THE_MINUTE,
  id: 'rollout-unreadable',
  meaning: 'Functions cannot read the rollout: after a minute all requests poll, whatever share is set',
  metrics: { unreadable: emitted('RolloutUnreadable', 'forward-request', 'Sum') },
  datapoints: [2, 5],
});

/**
 * Answers that were lost on their first way without a sound. `EventDrivenErrors` and `ReturnTime` do not see such a loss, because both begin
 * with the copy that arrived. A wake channel that is down is no case for this alarm: the repeated answers and the bus's wakes are lost too,
 * reads find the answers, and `event-driven-error-rate` rolls back.
 *
 * This alarm does not roll back, because an agent that holds its answers back until it is asked cannot be told from a loss. It compares what
 * waiters saw (`AnswersAskedFor`) with all event-driven requests, not what agents say (`RepeatedAnswer`): each request counts once at most, and
 * only if its agent was asked. So an agent that marks each answer at once counts for nothing. An agent that holds all of its answers back
 * counts for its own requests, and must have more than 5 % of the traffic to turn the alarm on.
 */
const answersAskedFor = ({ environment }: AlarmTargets): AlarmDefinition => ({
  ...BY_THE_MINUTE,
  id: 'answers-asked-for',
  meaning: 'More than 5 % of the event-driven requests got their answer only after their waiter had asked the agent for it',
  metrics: {
    requests: emitted('Requests', 'forward-request', 'Sum', { cohort: 'event-driven' }),
    asked_for: emitted('AnswersAskedFor', 'forward-request', 'Sum'),
  },
  expression: `IF(requests >= ${environment.alarms.minimumRequests}, 100 * FILL(asked_for, 0) / requests, 0)`,
  threshold: ASKED_FOR_PERCENT,
  datapoints: [3, 5],
});

/**
 * The functions that one alarm can read. An environment can have one function more than an alarm may have metrics: then roll-back is left
 * out, because `roll-back-failing` sees its throttles, and its time-outs as errors.
 */
function withinLimit(functions: AlarmTargets['functions']): Readonly<Record<string, string>> {
  if (Object.keys(functions).length <= MAX_METRICS) return functions;
  const { 'roll-back': _rollBack, ...others } = functions;
  return others;
}

/** A function's name in the form that metric math accepts. */
const idOf = (name: string): string => name.replaceAll('-', '_');

const ofFunctions = (
  metric: string,
  functions: Readonly<Record<string, string>>,
  statistic: 'Sum' | 'Maximum' = 'Sum',
): Record<string, MetricReference> =>
  Object.fromEntries(Object.entries(functions).map(([name, functionName]) => [idOf(name), ofFunction(metric, functionName, statistic)]));
