import { forwardRequest } from '../../../functions/core/forward-request';
import { Mailbox } from '../../../functions/core/mailbox';
import type { Tunnel } from '../../../functions/core/tunnel';
import type { Wake } from '../../../functions/core/wake';
import { TunnelError } from '../../../functions/core/tunnel-error';
import { RequestMetrics } from '../../../functions/visitor-door/request-metrics';
import { logger } from '../../../functions/logger';
import { metricNamespace } from '../../../functions/metric-names';
import { publishMetrics } from '../../../functions/metrics';
import { emfLinesIn, type EmfLine } from '../../support/emf';
import { alwaysAt, cloud, OK, TUNNEL, subscriptionTo } from '../../support/forward-fixture';
import { InMemoryPending } from '../../support/in-memory-pending';

const DEADLINE_MS = 28_000;

beforeAll(() => {
  logger.setLogLevel('SILENT');
  process.env['POWERTOOLS_METRICS_NAMESPACE'] = metricNamespace('test');
});

interface Play {
  /** When the agent's answer is stored, in ms after the request; undefined: never. */
  readonly answeredAtMs?: number;
  /** How long after that the wake arrives, in ms; undefined: never. */
  readonly wokenAfterMs?: number;
  /** How the operations of the row end, if not as usual. */
  readonly rows?: (operation: string) => Promise<unknown>;
  /** The row of the tunnel; undefined: there is no such tunnel. */
  readonly tunnel?: Tunnel | undefined;
  /** False: the wake socket is not ready, so the request polls. */
  readonly isReady?: boolean;
  readonly percent?: number;
  readonly post?: 'sent' | 'gone';
}

/** Takes one request of mode `bus` through `forwardRequest`, and returns the lines that it leaves. */
async function linesOf(play: Play): Promise<EmfLine[]> {
  const { answeredAtMs, wokenAfterMs, rows, isReady = true, percent = 100, post = 'sent' } = play;
  const lines: string[] = [];
  const said = jest.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
  const pending = new InMemoryPending(rows);
  const inbox = new Mailbox<Wake>();
  const subscription = subscriptionTo(inbox);
  const { options, clock, request } = cloud({
    tunnels: alwaysAt(percent, async () => ('tunnel' in play ? play.tunnel : TUNNEL)),
    agents: { tell: async () => undefined, post: async () => post },
    wakes: { subscribe: async () => (isReady ? subscription : undefined) },
    pending,
  });
  const observer = new RequestMetrics(clock.now);
  const over = forwardRequest('r', request, { ...options, observer }).then(
    () => observer.ended(request.arrivedAt),
    // Whatever else fails, the visitor gets `internal_error` for (handler.ts).
    (error: unknown) => observer.ended(request.arrivedAt, error instanceof TunnelError ? error : new TunnelError('internal_error')),
  );
  if (answeredAtMs !== undefined) {
    await clock.advance(answeredAtMs);
    await pending.complete({ requestId: 'r', tunnelId: 'demo', owner: 'ann', outcome: OK, completedAt: clock.now() });
    if (wokenAfterMs !== undefined) {
      await clock.advance(wokenAfterMs);
      inbox.deliver({ version: 1, requestId: 'r', source: 'bus' });
    }
  }
  await clock.advance(DEADLINE_MS + 1000);
  await over;
  publishMetrics();
  said.mockRestore();
  return emfLinesIn(lines.map((text) => ({ at: 0, functionName: 'forward-request', environmentId: '', text })));
}

/** The metrics of one request, by name. */
const metricsOf = async (play: Play): Promise<Record<string, unknown>> =>
  Object.fromEntries((await linesOf(play)).flatMap(({ members }) => Object.entries(members)));

const hangs = (): Promise<never> => new Promise(() => undefined);
const only =
  (failing: string, how: () => Promise<unknown>) =>
  (operation: string): Promise<unknown> =>
    operation === failing ? how() : Promise.resolve();
const fails = (): Promise<never> => Promise.reject(new Error('throttled'));

describe('an event-driven request counts as EventDrivenErrors', () => {
  test.each<[string, Play]>([
    ['when its wake was lost and a safety read found the answer', { answeredAtMs: 300 }],
    ['when the last look found an answer that no wake had announced', { answeredAtMs: 27_100, rows: only('read', fails) }],
    ['when it fell back to polling and got its answer', { answeredAtMs: 300, isReady: false }],
    ['when the last look failed, so that an answer may have been there', { rows: only('take', fails) }],
    ['when the last look took too long, so that an answer may have been there', { rows: only('take', hangs) }],
  ])('%s', async (_, play) => {
    await expect(metricsOf(play)).resolves.toMatchObject({ Requests: 1, EventDrivenErrors: 1, cohort: 'event-driven' });
  });
});

describe('an event-driven request does not count as EventDrivenErrors', () => {
  test.each<[string, Play]>([
    ['when its wake announced the answer', { answeredAtMs: 300, wokenAfterMs: 20 }],
    ['when the agent never answered', {}],
    ['when it fell back to polling and the agent never answered', { isReady: false }],
    ['when the answer came after the deadline', { answeredAtMs: DEADLINE_MS + 100 }],
    ['when a safety read found the answer while its wake was on the way', { answeredAtMs: 2990, wokenAfterMs: 25 }],
    ['when the last look found the answer while its wake was on the way', { answeredAtMs: DEADLINE_MS - 10, wokenAfterMs: 25 }],
    ['when the row could not be put, so that the agent was not asked', { rows: only('put', fails) }],
    ['when the agent had gone', { post: 'gone' }],
    ['when the agent had gone and the row could not be removed', { post: 'gone', rows: only('remove', fails) }],
  ])('%s', async (_, play) => {
    const metrics = await metricsOf(play);
    expect(metrics).toMatchObject({ Requests: 1, cohort: 'event-driven' });
    expect(metrics).not.toHaveProperty('EventDrivenErrors');
  });
});

test('a request of the polling cohort never counts as EventDrivenErrors', async () => {
  for (const play of [{ answeredAtMs: 300 }, { rows: only('take', fails) }, {}]) {
    const metrics = await metricsOf({ ...play, percent: 0 });
    expect(metrics).toMatchObject({ Requests: 1, cohort: 'polling' });
    expect(metrics).not.toHaveProperty('EventDrivenErrors');
  }
});

test('ReturnTime does not contain the time that the local service took, and a request without an answer has none', async () => {
  await expect(metricsOf({ answeredAtMs: 5300, wokenAfterMs: 20 })).resolves.toMatchObject({ ReturnTime: 20, ResponseTime: 5320 });
  const silent = await metricsOf({});
  expect(silent).toMatchObject({ ResponseTime: DEADLINE_MS, RequestErrors: 1 });
  expect(silent).not.toHaveProperty('ReturnTime');
});

describe('an error of the tunnel counts as Refusals, by its code and its cause', () => {
  test.each<[string, Play, string, string]>([
    ['when there is no such tunnel', { tunnel: undefined }, 'tunnel_not_found', 'visitor'],
    [
      'when the visitor is kept out',
      { tunnel: { ...TUNNEL, access: { salt: 'aa', cidrs: ['10.0.0.0/8'] } } },
      'visitor_not_allowed',
      'visitor',
    ],
    ['when the agent is away', { tunnel: { ...TUNNEL, connectionId: undefined } }, 'agent_away', 'tunnel'],
    ['when the agent never answered', {}, 'deadline_exceeded', 'tunnel'],
    ['when something failed that has no code', { rows: only('put', fails) }, 'internal_error', 'tunnel'],
  ])('%s', async (_, play, code, cause) => {
    await expect(metricsOf(play)).resolves.toMatchObject({ Refusals: 1, code, cause });
  });

  test('and an answer does not', async () => {
    expect(await metricsOf({ answeredAtMs: 300, wokenAfterMs: 20 })).not.toHaveProperty('Refusals');
  });

  test('in one line with two sets of dimensions; the tunnel is a property of the line and no dimension', async () => {
    const [line, ...others] = await linesOf({ tunnel: { ...TUNNEL, connectionId: undefined } });
    expect(others).toEqual([]);
    expect(line?.members).toMatchObject({ tunnelId: 'demo' });
    expect(line?.directives.flatMap(({ Dimensions }) => Dimensions.map((set) => [...set].sort()))).toEqual([
      ['code', 'service'],
      ['cause', 'service'],
    ]);
  });
});
