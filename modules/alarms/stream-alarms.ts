import type { AlarmDefinition, AlarmTargets } from './alarm-definition';
import { emitted, ofFunction } from './metric-reference';

/** Share of the requests of the streaming door, in percent, above which the alarm `streams-cut` is on. */
const CUT_PERCENT = 5;

/**
 * The alarms of the streaming door, for an environment that has the door. They notify and never roll back: a stream depends on the agent,
 * on the local service and on the visitor for minutes, and polling cannot stream at all.
 */
export const streamAlarms = ({ environment, functions }: AlarmTargets): readonly AlarmDefinition[] =>
  functions['stream-request'] === undefined
    ? []
    : [
        streamErrors(functions['stream-request']),
        streamsCut(environment.alarms),
        streamsIdle(environment.alarms),
        streamsSlow(environment.alarms),
      ];

type Judged = AlarmTargets['environment']['alarms'];

/** Lambda counts a stream that is cut as an error of its function, because only a failure resets the visitor's connection. */
const streamErrors = (name: string): AlarmDefinition => ({
  id: 'stream-errors',
  meaning: 'In 3 of 5 minutes, stream-request ended with an error or a timeout that is no stream that was cut',
  metrics: {
    errors: ofFunction('Errors', name),
    cut: emitted('StreamsCut', 'stream-request', 'Sum', { cohort: 'event-driven' }),
    late: emitted('StreamLate', 'stream-request', 'Sum'),
  },
  expression: 'FILL(errors, 0) - FILL(cut, 0) - FILL(late, 0)',
  breaches: 'above',
  threshold: 0,
  periodSeconds: 60,
  datapoints: [3, 5],
  silence: 'notBreaching',
});

/**
 * The number of streams that were cut off in a minute, above the tolerated share of the requests that came in that minute. It is no
 * quotient, because a stream can end in a minute without a new request, and then a share would have no value just when every stream is cut.
 */
const streamsCut = ({ minimumRequests }: Judged): AlarmDefinition => ({
  id: 'streams-cut',
  meaning: `Streams end before their end: more than ${CUT_PERCENT} % of the requests of the streaming door`,
  metrics: {
    requests: emitted('Requests', 'stream-request', 'Sum', { cohort: 'event-driven' }),
    cut: emitted('StreamsCut', 'stream-request', 'Sum', { cohort: 'event-driven' }),
  },
  expression: `IF(FILL(cut, 0) >= ${minimumRequests}, FILL(cut, 0) - ${CUT_PERCENT / 100} * FILL(requests, 0), 0)`,
  breaches: 'above',
  threshold: 0,
  periodSeconds: 60,
  datapoints: [3, 5],
  silence: 'notBreaching',
});

/** One closed laptop ends all of its streams at once, so a minimum in five minutes counts, twice. */
const BY_FIVE_MINUTES = { breaches: 'above', periodSeconds: 300, datapoints: [2, 3], silence: 'notBreaching' } as const;

const streamsIdle = ({ minimumRequests }: Judged): AlarmDefinition => ({
  ...BY_FIVE_MINUTES,
  id: 'streams-idle',
  meaning: `More than ${minimumRequests} streams in five minutes end because agents or waiters give no sign of life`,
  metrics: { idle: emitted('StreamIdle', 'stream-request', 'Sum') },
  threshold: minimumRequests,
});

const streamsSlow = ({ minimumRequests }: Judged): AlarmDefinition => ({
  ...BY_FIVE_MINUTES,
  id: 'streams-slow',
  meaning: `More than ${minimumRequests} streams in five minutes end because visitors take nothing: until then each is billed`,
  metrics: { slow: emitted('StreamSlow', 'stream-request', 'Sum') },
  threshold: minimumRequests,
});
