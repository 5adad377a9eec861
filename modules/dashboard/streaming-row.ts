import type { Environment } from '../../environments';
import type { MetricName } from '../../functions/metric-names';
import { emitted, type Statistic } from '../alarms/metric-reference';
import { byMode } from './rollout-rows';
import { graph, type Line, type Widget } from './widgets';

const DOOR = 'stream-request';

const ofDoor = (label: string, name: MetricName, statistic: Statistic, by: Readonly<Record<string, string>> = {}): Line => ({
  label,
  of: emitted(name, DOOR, statistic, by),
});

const byCohort = (name: MetricName, statistic: Statistic, label: string): Line[] =>
  (['event-driven', 'polling'] as const).map((cohort) => ofDoor(`${label}, ${cohort}`, name, statistic, { cohort }));

const labelled = (what: string, lines: readonly Line[]): Line[] => lines.map((line) => ({ ...line, label: `${what}: ${line.label}` }));

/** The streaming door: what comes in, how streams end, what visitors are refused, and times. */
export const streamingRow = (environment: Environment): readonly Widget[] => [
  graph(environment, {
    title: 'Streaming door: requests',
    width: 6,
    lines: [...byMode('Requests', 'Sum', DOOR), ...byCohort('Requests', 'Sum', 'all')],
  }),
  graph(environment, {
    title: 'Streaming door: streams that ended before their end',
    width: 6,
    lines: [
      ...byCohort('StreamsCut', 'Sum', 'cut'),
      ...labelled('cut', byMode('StreamsCut', 'Sum', DOOR)),
      ofDoor('no sign of life', 'StreamIdle', 'Sum'),
      ofDoor('the visitor took nothing', 'StreamSlow', 'Sum'),
      ofDoor('wake sockets replaced', 'WakeSocketReconnect', 'Sum'),
    ],
  }),
  graph(environment, {
    title: 'Streaming door: errors',
    width: 6,
    lines: [
      ...byCohort('RequestErrors', 'Sum', 'errors'),
      ...labelled('errors', byMode('RequestErrors', 'Sum', DOOR)),
      ...byCohort('EventDrivenErrors', 'Sum', 'not answered through the event'),
      ...labelled('not answered through the event', byMode('EventDrivenErrors', 'Sum', DOOR)),
      ...(['tunnel', 'visitor'] as const).map((cause) => ofDoor(`refused, the reason lies in the ${cause}`, 'Refusals', 'Sum', { cause })),
      ofDoor('answers asked for', 'AnswersAskedFor', 'Sum'),
      ofDoor('failed reads of the rollout', 'RolloutUnreadable', 'Sum'),
    ],
  }),
  graph(environment, {
    title: 'Streaming door: times',
    width: 6,
    unit: 'ms',
    lines: [
      ...byCohort('ReturnTime', 'Average', 'return time'),
      ...labelled('return time', byMode('ReturnTime', 'Average', DOOR)),
      ...byCohort('ResponseTime', 'Average', 'life of the request'),
      ...labelled('life of the request', byMode('ResponseTime', 'Average', DOOR)),
      ...(['direct', 'bus', 'safety-read'] as const).map((source) => ofDoor(`learned by ${source}`, 'WakeLatency', 'Average', { source })),
    ],
  }),
];
