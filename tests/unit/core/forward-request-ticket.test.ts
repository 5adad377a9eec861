import { decodeCloudMessage, type CloudMessage, type HttpRequestMessage } from '../../../protocol';
import type { ForwardOptions } from '../../../functions/core/forward-options';
import { forwardRequest } from '../../../functions/core/forward-request';
import { Mailbox } from '../../../functions/core/mailbox';
import type { Completion } from '../../../functions/core/pending-request';
import type { Ticket } from '../../../functions/core/ticket';
import type { Tunnel } from '../../../functions/core/tunnel';
import type { PostResult } from '../../../functions/core/tunnel-agent';
import type { Wake } from '../../../functions/core/wake';
import { cloud, OK, TUNNEL, subscriptionTo } from '../../support/forward-fixture';

const CAPABLE: Tunnel = { ...TUNNEL, capabilities: ['tickets'] };

/** A cloud in which requests have tickets. The test is the agent: it sees each message in `messages`, and answers with `wake`. */
function ticketCloud({
  found = [CAPABLE],
  results = [],
  ...overrides
}: Partial<ForwardOptions> & { found?: Tunnel[]; results?: PostResult[] } = {}) {
  const sealed: Ticket[] = [];
  const messages: CloudMessage[] = [];
  const posted: { to: string; type: string; at: number; rows: number }[] = [];
  const told: string[] = [];
  const timeouts: Record<string, number | undefined> = {};
  const inbox = new Mailbox<Wake>();
  const made = cloud({
    found,
    rollout: { useEventDriven: true, mode: 'direct' },
    tickets: { seal: (ticket) => `ticket ${sealed.push(ticket)}` },
    wakes: {
      subscribe: async () => subscriptionTo(inbox),
    },
    agents: {
      tell: async (to, text) => void told.push(`${to} ${text}`),
      post: async (to, text, timeoutMs) => {
        const message = decodeCloudMessage(text) as CloudMessage;
        timeouts[message.type] = timeoutMs;
        messages.push(message);
        posted.push({ to, type: message.type, at: made.clock.now() - made.request.arrivedAt, rows: made.pending.rows.size });
        return results.shift() ?? 'sent';
      },
    },
    ...overrides,
  });
  const completion = (): Completion => ({ outcome: OK, completedAt: made.clock.now() });
  const wake = (more: Pick<Wake, 'stored'> = {}): void =>
    inbox.deliver({ version: 1, requestId: 'r1', source: 'direct', completion: completion(), ...more });
  return {
    ...made,
    sealed,
    messages,
    posted,
    told,
    timeouts,
    inbox,
    completion,
    wake,
    forward: () => forwardRequest('r1', made.request, made.options),
  };
}

const questions = (posted: ReturnType<typeof ticketCloud>['posted']) => posted.filter(({ type }) => type === 'answer_wanted');

test('a request in mode direct carries a ticket, and is answered without a call to the table of pending requests', async () => {
  const { clock, request, pending, messages, sealed, wake, forward } = ticketCloud();
  const calls = (['put', 'read', 'remove', 'take'] as const).map((name) => jest.spyOn(pending, name));
  const forwarding = forward();
  await clock.advance(100);
  wake();
  await expect(forwarding).resolves.toMatchObject({ status: 200 });
  expect(sealed).toEqual([
    { requestId: 'r1', tunnelId: 'demo', owner: 'ann', waiterConnectionId: 'w1', deadline: request.arrivedAt + 28_000 },
  ]);
  expect(messages).toMatchObject([{ type: 'http_request', request_id: 'r1', ticket: 'ticket 1' }]);
  expect(calls.map(({ mock }) => mock.calls.length)).toEqual([0, 0, 0, 0]);
});

test('the ticket of a traced request contains the trace header', async () => {
  const { clock, request, options, sealed, wake } = ticketCloud();
  const forwarding = forwardRequest('r1', { ...request, traceHeader: 'Root=1-a-b' }, options);
  await clock.advance(10);
  wake();
  await forwarding;
  expect(sealed).toMatchObject([{ traceHeader: 'Root=1-a-b' }]);
});

const WITH_A_ROW: [string, Partial<ForwardOptions> & { found?: Tunnel[] }][] = [
  ['its agent does not know tickets', { found: [TUNNEL] }],
  ['no key is known', { tickets: { seal: () => undefined } }],
  ['the environment uses none', { tickets: undefined }],
  ['it is in mode bus', { rollout: { useEventDriven: true, mode: 'bus' } }],
  ['its waiter has no socket', { wakes: { subscribe: async () => undefined } }],
];
test.each(WITH_A_ROW)('a request has a row and no ticket when %s', async (_, overrides) => {
  const { clock, pending, messages, posted, completion, forward } = ticketCloud(overrides);
  const forwarding = forward();
  await clock.advance(10);
  expect(posted).toMatchObject([{ type: 'http_request', rows: 1 }]);
  expect(messages[0]).not.toHaveProperty('ticket');
  await pending.complete({ requestId: 'r1', tunnelId: 'demo', owner: 'ann', ...completion() });
  await clock.advance(1000);
  await expect(forwarding).resolves.toMatchObject({ status: 200 });
  expect(questions(posted)).toEqual([]);
  expect(pending.rows.size).toBe(0);
});

describe('a waiter that hears nothing', () => {
  test('asks the agent at growing intervals, from the second time on with a row, and leaves no row at the deadline', async () => {
    const { clock, pending, posted, forward } = ticketCloud();
    const refused = expect(forward()).rejects.toMatchObject({ code: 'deadline_exceeded' });
    await clock.advance(28_000);
    await refused;
    expect(questions(posted)).toEqual(
      [1000, 3000, 7000, 15_000, 23_000, 27_000].map((at, turn) => ({ to: 'c1', type: 'answer_wanted', at, rows: turn === 0 ? 0 : 1 })),
    );
    expect(pending.rows.size).toBe(0);
  });

  test('gives up a question that stalls after a second, so that the next one is in time, and leaves the time of the request to the gateway', async () => {
    const { clock, timeouts, forward } = ticketCloud();
    const refused = expect(forward()).rejects.toMatchObject({ code: 'deadline_exceeded' });
    await clock.advance(28_000);
    await refused;
    expect(timeouts).toEqual({ http_request: undefined, answer_wanted: 1000 });
  });

  test('does not ask any more when it has its answer, and removes the row that an answer may have left', async () => {
    const { clock, pending, posted, completion, wake, forward } = ticketCloud();
    const forwarding = forward();
    await clock.advance(1500);
    // receive-message stores the answer that was asked for, and then posts it.
    await pending.store({ requestId: 'r1', tunnelId: 'demo', owner: 'ann', mode: 'direct', deadline: 1 }, completion());
    wake();
    await expect(forwarding).resolves.toMatchObject({ status: 200 });
    expect(pending.rows.size).toBe(0);
    await clock.advance(28_000);
    expect(questions(posted)).toHaveLength(1);
  });

  test('acknowledges an answer that may have crossed its question, and no other', async () => {
    const told = await Promise.all(
      [900, 1001, 1500, 1501, 2999, 3200].map(async (afterMs) => {
        const made = ticketCloud();
        const forwarding = made.forward();
        await made.clock.advance(afterMs);
        made.wake();
        await forwarding;
        return made.told;
      }),
    );
    const ack = ['c1 {"type":"ack","request_id":"r1"}'];
    expect(told).toEqual([[], ack, ack, [], [], ack]);
  });

  test('does not send its request to a newer connection whose agent does not know tickets', async () => {
    const { posted, forward } = ticketCloud({ found: [CAPABLE, { ...TUNNEL, connectionId: 'c2' }], results: ['gone'] });
    await expect(forward()).rejects.toMatchObject({ code: 'agent_away' });
    expect(posted.map(({ to }) => to)).toEqual(['c1']);
  });

  test('removes the row of which its wake tells, although it has not asked', async () => {
    const { clock, pending, posted, completion, wake, forward } = ticketCloud();
    const forwarding = forward();
    await clock.advance(100);
    await pending.store({ requestId: 'r1', tunnelId: 'demo', owner: 'ann', mode: 'direct', deadline: 1 }, completion());
    wake({ stored: true });
    await expect(forwarding).resolves.toMatchObject({ status: 200 });
    expect([pending.rows.size, questions(posted)]).toEqual([0, []]);
  });

  test('finds an answer that was stored because its wake was refused, when the bus tells it', async () => {
    const { clock, log, pending, inbox, completion, forward } = ticketCloud();
    const forwarding = forward();
    await clock.advance(100);
    await pending.store({ requestId: 'r1', tunnelId: 'demo', owner: 'ann', mode: 'direct', deadline: 1 }, completion());
    inbox.deliver({ version: 1, requestId: 'r1', source: 'bus' });
    await expect(forwarding).resolves.toMatchObject({ status: 200 });
    expect(log).toContain('answered bus');
    expect(pending.rows.size).toBe(0);
  });

  test('finds a stored answer by itself within a second, when no wake comes', async () => {
    const { clock, log, pending, completion, forward } = ticketCloud();
    const forwarding = forward();
    await clock.advance(100);
    await pending.store({ requestId: 'r1', tunnelId: 'demo', owner: 'ann', mode: 'direct', deadline: 1 }, completion());
    await clock.advance(1000);
    await expect(forwarding).resolves.toMatchObject({ status: 200 });
    expect(log).toContain('answered read');
    expect(pending.rows.size).toBe(0);
  });

  test.each<[string, boolean, Partial<Record<'storedAtMs' | 'wokenAtMs', number>>, Partial<Wake>]>([
    ['counts when its wake says that it was stored', true, { storedAtMs: 1500, wokenAtMs: 1520 }, { stored: true }],
    ['counts when a read finds it', true, { storedAtMs: 1500 }, {}],
    ['counts when the last look finds it', true, { storedAtMs: 27_950 }, {}],
    ['does not count when nobody has asked, although the agent marked it', false, { storedAtMs: 100, wokenAtMs: 120 }, { stored: true }],
    ['does not count when a slow service has only now answered', false, { wokenAtMs: 1500 }, {}],
    ['does not count when the bus brings it', false, { storedAtMs: 1500, wokenAtMs: 1800 }, { source: 'bus' }],
  ])('gets an answer that %s as asked for', async (_, counts, { storedAtMs, wokenAtMs }, wake) => {
    const { clock, request, log, pending, inbox, completion, forward } = ticketCloud();
    const forwarding = forward();
    const until = (ms: number) => clock.advance(request.arrivedAt + ms - clock.now());
    if (storedAtMs !== undefined) {
      await until(storedAtMs);
      await pending.store({ requestId: 'r1', tunnelId: 'demo', owner: 'ann', mode: 'direct', deadline: 1 }, completion());
    }
    if (wokenAtMs !== undefined) {
      await until(wokenAtMs);
      inbox.deliver({ version: 1, requestId: 'r1', source: 'direct', completion: completion(), ...wake });
    }
    await until(29_000);
    await expect(forwarding).resolves.toMatchObject({ status: 200 });
    expect(log.filter((line) => line === 'asked for')).toHaveLength(counts ? 1 : 0);
  });

  test('asks the newer connection of an agent that has reconnected', async () => {
    const { clock, posted, wake, forward } = ticketCloud({
      found: [CAPABLE, { ...CAPABLE, connectionId: 'c2' }],
      results: ['sent', 'gone'],
    });
    const forwarding = forward();
    await clock.advance(1000);
    expect(questions(posted).map(({ to }) => to)).toEqual(['c1', 'c2']);
    wake();
    await forwarding;
  });

  test('asks again although the row takes for ever to put', async () => {
    const { clock, pending, posted, wake, forward } = ticketCloud();
    jest.spyOn(pending, 'put').mockReturnValue(new Promise(() => undefined));
    const forwarding = forward();
    await clock.advance(7500);
    expect(questions(posted).map(({ at }) => at)).toEqual([1000, 3250, 7250]);
    wake();
    await expect(forwarding).resolves.toMatchObject({ status: 200 });
  });

  test('waits on when a question or the row fails', async () => {
    const { clock, log, pending, options, request, posted, wake } = ticketCloud({ results: ['sent', 'gone', 'gone'] });
    jest.spyOn(pending, 'put').mockRejectedValue(new Error('throttled'));
    const find = () => Promise.reject(new Error('no table'));
    const forwarding = forwardRequest('r1', request, { ...options, tunnels: { ...options.tunnels, lastPercent: 100, find } });
    await clock.advance(3500);
    expect(questions(posted)).toHaveLength(2);
    expect(log.filter((line) => line === 'store failed').length).toBeGreaterThanOrEqual(3);
    wake();
    await expect(forwarding).resolves.toMatchObject({ status: 200 });
  });
});

test.each<[string, PostResult]>([
  ['agent_away', 'gone'],
  ['agent_busy', 'busy'],
])('a request with a ticket gets %s at once when its post returns "%s", and no row is removed', async (code, result) => {
  const { clock, pending, posted, forward } = ticketCloud({ results: [result] });
  const remove = jest.spyOn(pending, 'remove');
  await expect(forward()).rejects.toMatchObject({ code });
  await clock.advance(5000);
  expect(questions(posted)).toEqual([]);
  expect(remove).not.toHaveBeenCalled();
});

test('the message of a request with a ticket is the same as with a row, but for the ticket', async () => {
  const texts = await Promise.all(
    [CAPABLE, TUNNEL].map(async (tunnel) => {
      const { clock, messages, wake, forward } = ticketCloud({ found: [tunnel] });
      const forwarding = forward();
      await clock.advance(10);
      wake();
      await forwarding;
      const { ticket: _, ...message } = messages[0] as HttpRequestMessage;
      return message;
    }),
  );
  expect(texts[0]).toEqual(texts[1]);
});
