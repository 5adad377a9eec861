import type { Environment, PerFunction } from '../../environments';
import type { WatchedRule } from '../alarms/alarm-definition';
import { emitted, everyValueOf, ofFunction, published } from '../alarms/metric-reference';
import { graph, type Line, type Widget } from './widgets';

/** Names in AWS of the resources that the rows below show. */
export interface ShownResources {
  readonly functions: PerFunction<string>;
  readonly visitorApiId: string;
  /** WebSocket APIs. */
  readonly agentGatewayId: string;
  readonly wakeChannelId: string;
  readonly tables: Readonly<Record<string, string>>;
  readonly responseRule: WatchedRule;
}

/** The errors that the tunnel itself gives to visitors (docs/errors.md). */
export const refusalsRow = (environment: Environment, { visitorApiId }: ShownResources): readonly Widget[] => [
  graph(environment, {
    title: "The tunnel's own errors, by code",
    width: 16,
    view: 'stacked',
    lines: [{ label: 'code:', of: everyValueOf('Refusals', environment.name, 'Sum', 'code') }],
  }),
  graph(environment, {
    title: "The tunnel's own errors, share of visits",
    width: 8,
    unit: '%',
    thresholds: [{ label: 'alarm refusals', value: environment.alarms.refusedPercent }],
    lines: [
      { label: 'visits', id: 'visits', hidden: true, of: published('AWS/ApiGateway', 'Count', 'SampleCount', { ApiId: visitorApiId }) },
      ...(['tunnel', 'visitor'] as const).flatMap((cause): Line[] => [
        { label: cause, id: cause, hidden: true, of: emitted('Refusals', 'forward-request', 'Sum', { cause }) },
        { label: `the reason lies in the ${cause}`, of: `100 * FILL(${cause}, 0) / visits` },
      ]),
    ],
  }),
];

/** The backstop: stream, bus and leftovers. */
export const backstopRow = (environment: Environment, { functions, responseRule }: ShownResources): readonly Widget[] => [
  graph(environment, {
    title: 'Stream lag (warning above 1 s, rollback above 5 s)',
    width: 6,
    unit: 'ms',
    thresholds: [
      { label: 'warning', value: 1000 },
      { label: 'rollback', value: 5000 },
    ],
    lines: [
      { label: 'average', of: emitted('StreamLag', 'process-stream', 'Average') },
      { label: 'longest', of: emitted('StreamLag', 'process-stream', 'Maximum') },
      {
        label: 'age of the oldest record, measured by Lambda',
        of: ofFunction('IteratorAge', functions['process-stream'], 'Maximum'),
      },
    ],
  }),
  graph(environment, {
    title: 'Events',
    width: 6,
    lines: [
      { label: 'handed to the bus', of: emitted('EventsPublished', 'process-stream', 'Sum') },
      { label: 'not accepted by the bus', of: emitted('EventDeliveryFailed', 'process-stream', 'Sum') },
      {
        label: 'delivered by the rule',
        of: published('AWS/Events', 'Invocations', 'Sum', { ...responseRule }),
      },
    ],
  }),
  graph(environment, {
    title: 'Sweep: probes and leftovers',
    width: 6,
    lines: [
      { label: 'probes that must come back', of: emitted('ProbeExpected', 'sweep', 'Sum') },
      { label: 'probes that came back', of: emitted('ProbeReturned', 'wake-waiter', 'Sum') },
      { label: 'leftover rows that sweep removed', of: emitted('Leftovers', 'sweep', 'Sum') },
    ],
  }),
  graph(environment, {
    title: 'Unusual events',
    width: 6,
    lines: [
      {
        label: 'wakes not posted:',
        of: everyValueOf('WakeFailed', environment.name, 'Sum', 'reason'),
      },
      { label: 'wake sockets replaced', of: emitted('WakeSocketReconnect', 'forward-request', 'Sum') },
      { label: 'late answers', of: emitted('LateAnswer', 'receive-message', 'Sum') },
      {
        label: "answers for another tunnel's request",
        of: emitted('ForeignAnswer', 'receive-message', 'Sum'),
      },
      { label: 'tickets that could not be opened', of: emitted('UnreadableTicket', 'receive-message', 'Sum') },
      { label: 'agents closed for flooding', of: emitted('FloodingAgentClosed', 'receive-message', 'Sum') },
    ],
  }),
];

/** The health of functions and APIs. */
export const healthRow = (environment: Environment, shown: ShownResources): readonly Widget[] => [
  graph(environment, { title: 'Errors of functions', width: 6, lines: ofEach('Errors', shown) }),
  graph(environment, { title: 'Throttled invocations', width: 6, lines: ofEach('Throttles', shown) }),
  graph(environment, {
    title: 'Concurrent executions',
    width: 6,
    lines: ofEach('ConcurrentExecutions', shown, 'Maximum'),
  }),
  graph(environment, {
    title: 'Visitors and agents at the APIs',
    width: 6,
    lines: [
      {
        label: 'visitors: 4xx',
        of: published('AWS/ApiGateway', '4xx', 'Sum', { ApiId: shown.visitorApiId }),
      },
      {
        label: 'visitors: 5xx',
        of: published('AWS/ApiGateway', '5xx', 'Sum', { ApiId: shown.visitorApiId }),
      },
      {
        label: 'agents: connected',
        of: published('AWS/ApiGateway', 'ConnectCount', 'Sum', { ApiId: shown.agentGatewayId }),
      },
      {
        label: 'agents: refused',
        of: published('AWS/ApiGateway', 'ClientError', 'Sum', { ApiId: shown.agentGatewayId }),
      },
    ],
  }),
];

/** The usage that AWS bills. */
export const costRow = (environment: Environment, shown: ShownResources): readonly Widget[] => [
  graph(environment, {
    title: 'Cost: invocations',
    width: 6,
    view: 'stacked',
    periodSeconds: 300,
    lines: ofEach('Invocations', shown),
  }),
  graph(environment, {
    title: 'Cost: capacity units of tables',
    width: 6,
    periodSeconds: 300,
    lines: Object.entries(shown.tables).flatMap(([label, TableName]) => [
      {
        label: `${label}, written`,
        of: published('AWS/DynamoDB', 'ConsumedWriteCapacityUnits', 'Sum', { TableName }),
      },
      {
        label: `${label}, read`,
        of: published('AWS/DynamoDB', 'ConsumedReadCapacityUnits', 'Sum', { TableName }),
      },
    ]),
  }),
  graph(environment, {
    title: 'Cost: requests and messages',
    width: 6,
    periodSeconds: 300,
    lines: [
      {
        label: 'visitors: requests',
        of: published('AWS/ApiGateway', 'Count', 'SampleCount', { ApiId: shown.visitorApiId }),
      },
      {
        label: 'agents: messages',
        of: published('AWS/ApiGateway', 'MessageCount', 'Sum', { ApiId: shown.agentGatewayId }),
      },
      {
        label: 'wakes: messages',
        of: published('AWS/ApiGateway', 'MessageCount', 'Sum', { ApiId: shown.wakeChannelId }),
      },
    ],
  }),
  graph(environment, {
    title: 'Cost: total duration of functions, ms',
    width: 6,
    view: 'stacked',
    periodSeconds: 300,
    lines: ofEach('Duration', shown),
  }),
];

const ofEach = (metric: string, { functions }: ShownResources, statistic: 'Sum' | 'Maximum' = 'Sum'): Line[] =>
  Object.entries(functions).map(([label, name]) => ({ label, of: ofFunction(metric, name, statistic) }));
