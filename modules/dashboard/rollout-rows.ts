import type { Environment } from '../../environments';
import type { MetricName } from '../../functions/metric-names';
import { emitted, type Statistic } from '../alarms/metric-reference';
import { TOLERATED_RETURN_MS } from '../alarms/rollback-triggers';
import { ASKED_FOR_PERCENT } from '../alarms/watch-alarms';
import { graph, type Line, type Widget } from './widgets';

const CANARY = '#1f77b4';
const CONTROL = '#7f7f7f';

/** Pairs of assigned cohort and actual mode: an event-driven request polls when its wake socket is not ready. */
const DONE = [
  { cohort: 'event-driven', mode: 'direct', label: 'event-driven, woken directly' },
  { cohort: 'event-driven', mode: 'bus', label: 'event-driven, woken by the bus' },
  { cohort: 'event-driven', mode: 'polling', label: 'event-driven, fallen back to polling' },
  { cohort: 'polling', mode: 'polling', label: 'control, polling' },
] as const;

const ofCohort = (name: MetricName, statistic: Statistic, cohort: 'event-driven' | 'polling') =>
  emitted(name, 'forward-request', statistic, { cohort });

/** A metric of a door, by cohort and mode. */
export const byMode = (name: MetricName, statistic: Statistic, door: 'forward-request' | 'stream-request' = 'forward-request'): Line[] =>
  DONE.map(({ label, cohort, mode }) => ({
    label,
    of: emitted(name, door, statistic, { cohort, mode }),
  }));

const canaryAndControl = (name: MetricName): Line[] => [
  { label: 'canary (event-driven)', of: ofCohort(name, 'Average', 'event-driven'), color: CANARY },
  { label: 'control (polling)', of: ofCohort(name, 'Average', 'polling'), color: CONTROL },
];

/** The canary beside its control: the first thing to look at. Ratios below 1 say that the canary is better. */
export const canaryRow = (environment: Environment): readonly Widget[] => [
  graph(environment, {
    title: `Canary ÷ control: average return time (rollback above 2, from ${TOLERATED_RETURN_MS} ms on)`,
    width: 4,
    view: 'numbers',
    periodSeconds: 300,
    lines: [
      { label: 'canary ÷ control', of: 'canary / control' },
      {
        label: 'canary, ms',
        id: 'canary',
        of: ofCohort('ReturnTime', 'Average', 'event-driven'),
        color: CANARY,
      },
      {
        label: 'control, ms',
        id: 'control',
        of: ofCohort('ReturnTime', 'Average', 'polling'),
        color: CONTROL,
      },
    ],
  }),
  graph(environment, {
    title: 'Average return time, from receive-message to the waiter',
    width: 5,
    unit: 'ms',
    lines: [
      ...canaryAndControl('ReturnTime'),
      {
        label: 'recorded baseline',
        of: emitted('BaselineReturnTime', 'sweep', 'Average'),
        color: '#c7c7c7',
      },
    ],
  }),
  graph(environment, { title: 'Average response time', width: 5, unit: 'ms', lines: canaryAndControl('ResponseTime') }),
  graph(environment, {
    title: 'Errors of the tunnel itself, share of requests',
    width: 5,
    unit: '%',
    thresholds: [{ label: 'rollback limit for missed events', value: 1 }],
    lines: [
      ...(['event-driven', 'polling'] as const).flatMap((cohort, i): Line[] => [
        { label: 'requests', id: `r${i}`, hidden: true, of: ofCohort('Requests', 'Sum', cohort) },
        { label: 'errors', id: `e${i}`, hidden: true, of: ofCohort('RequestErrors', 'Sum', cohort) },
      ]),
      {
        label: 'missed',
        id: 'missed',
        hidden: true,
        of: ofCohort('EventDrivenErrors', 'Sum', 'event-driven'),
      },
      { label: 'canary', of: '100 * FILL(e0, 0) / r0', color: CANARY },
      { label: 'control', of: '100 * FILL(e1, 0) / r1', color: CONTROL },
      { label: 'canary: not answered through its event', of: '100 * FILL(missed, 0) / r0', color: '#ff7f0e' },
    ],
  }),
  graph(environment, {
    title: 'Rollout',
    width: 5,
    unit: '%',
    lines: [
      { label: 'event-driven share', of: emitted('RolloutPercent', 'sweep', 'Average'), color: CANARY },
      { label: 'rollbacks', of: emitted('RolledBack', 'roll-back', 'Sum'), axis: 'right', color: '#d62728' },
      {
        label: 'failed reads of the rollout',
        of: emitted('RolloutUnreadable', 'forward-request', 'Sum'),
        axis: 'right',
        color: '#ff7f0e',
      },
    ],
  }),
];

/** How answers return to the waiter. */
export const returnRow = (environment: Environment): readonly Widget[] => [
  graph(environment, {
    title: 'Return time, from receive-message to the waiter',
    width: 6,
    unit: 'ms',
    lines: (['p50', 'p99'] as const).flatMap((percentile) =>
      byMode('ReturnTime', percentile).map((line) => ({ ...line, label: `${percentile} ${line.label}` })),
    ),
  }),
  graph(environment, {
    title: 'How waiters learned of the answer: direct wake, bus or safety read',
    width: 6,
    view: 'stacked',
    lines: (['direct', 'bus', 'safety-read'] as const).map((source) => ({
      label: source,
      of: emitted('WakeLatency', 'forward-request', 'SampleCount', { source }),
    })),
  }),
  graph(environment, {
    title: 'Time until the waiter learned of the answer, p99',
    width: 6,
    unit: 'ms',
    lines: (['direct', 'bus', 'safety-read'] as const).map((source) => ({
      label: source,
      of: emitted('WakeLatency', 'forward-request', 'p99', { source }),
    })),
  }),
  graph(environment, {
    title: 'Answers that waiters had to ask for, share of requests',
    width: 6,
    unit: '%',
    thresholds: [{ label: 'alarm answers-asked-for', value: ASKED_FOR_PERCENT }],
    lines: [
      { label: 'requests', id: 'requests', hidden: true, of: ofCohort('Requests', 'Sum', 'event-driven') },
      { label: 'asked for', id: 'asked', hidden: true, of: emitted('AnswersAskedFor', 'forward-request', 'Sum') },
      { label: 'answered only after a question', of: '100 * FILL(asked, 0) / requests' },
      {
        label: 'answers that agents sent again, number',
        of: emitted('RepeatedAnswer', 'receive-message', 'Sum'),
        axis: 'right',
      },
    ],
  }),
];

/** Requests by cohort and actual mode. */
export const modesRow = (environment: Environment): readonly Widget[] => [
  graph(environment, { title: 'Requests', width: 6, view: 'stacked', lines: byMode('Requests', 'Sum') }),
  graph(environment, {
    title: 'Average response time',
    width: 6,
    unit: 'ms',
    lines: byMode('ResponseTime', 'Average'),
  }),
  graph(environment, {
    title: 'Errors sent to visitors',
    width: 6,
    view: 'stacked',
    lines: byMode('RequestErrors', 'Sum'),
  }),
  graph(environment, {
    title: 'Event-driven requests not answered through their event',
    width: 6,
    view: 'stacked',
    lines: byMode('EventDrivenErrors', 'Sum').filter(({ label }) => !label.startsWith('control')),
  }),
];
