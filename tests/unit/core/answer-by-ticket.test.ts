import { bodyRefOf, type AgentMessage, type HttpResponseMessage } from '../../../protocol';
import { responseBodyKey } from '../../../functions/core/body-store';
import { handleAgentMessage, type MessageOptions } from '../../../functions/core/handle-agent-message';
import type { Ticket } from '../../../functions/core/ticket';
import { FROM, messageCloud, NO_PARTS, RESPONSE } from '../../support/message-fixture';
import { VirtualClock } from '../../support/virtual-clock';

const NOW = new VirtualClock().now();
const TICKET: Ticket = { requestId: 'r', tunnelId: 'demo', owner: 'ann', waiterConnectionId: 'w1', deadline: NOW + 20_000 };
const ANSWER: HttpResponseMessage = { ...RESPONSE, ticket: 'sealed' };
const AGAIN: HttpResponseMessage = { ...ANSWER, again: true };
const COMPLETION = { completedAt: NOW, outcome: { kind: 'response', statusCode: 200, headers: {}, body: Buffer.from('hi') } };
const WAKE = { to: 'w1', wake: { version: 1, requestId: 'r', source: 'direct', completion: COMPLETION } };

/** A cloud in memory in which no request has a row; `sealed` stands for a valid ticket of request `r`. */
function ticketCloud(overrides: Partial<MessageOptions> = {}) {
  const made = messageCloud(overrides);
  made.pending.rows.clear();
  made.tickets.set('sealed', TICKET);
  return { ...made, receive: (message: AgentMessage, from = FROM) => handleAgentMessage(message, from, made.options) };
}

test('an answer with a ticket is posted to its waiter, and nothing is read, stored or acknowledged', async () => {
  const { pending, wakes, replies, results, receive } = ticketCloud();
  const untouched = jest.spyOn(pending, 'complete');
  expect(await receive({ ...ANSWER, ack: true })).toBe(true);
  expect(wakes).toEqual([WAKE]);
  expect(results).toEqual(['completed']);
  expect([pending.rows.size, pending.reads, untouched.mock.calls.length, replies.length]).toEqual([0, 0, 0, 0]);
});

test('an error of the agent with a ticket is posted to its waiter', async () => {
  const { wakes, receive } = ticketCloud();
  await receive({ type: 'error', request_id: 'r', code: 'timeout', message: 'm', ticket: 'sealed' });
  expect(wakes[0]?.wake.completion?.outcome).toEqual({ kind: 'failure', code: 'timeout', message: 'm' });
});

test.each([
  ['another tunnel', { ...FROM, tunnelId: 'other' }, ANSWER, 'foreign'],
  ['another owner', { ...FROM, owner: 'eve' }, ANSWER, 'foreign'],
  ['the right agent, but names another request', FROM, { ...ANSWER, request_id: 'r2' }, 'foreign'],
])('an answer is refused, and nobody is woken, when it comes from %s', async (_, from, message, result) => {
  const { pending, wakes, results, receive } = ticketCloud();
  expect(await receive(message, from as typeof FROM)).toBe(false);
  expect(results).toEqual([result]);
  expect([wakes, pending.rows.size]).toEqual([[], 0]);
});

test('an answer after the deadline of its ticket counts as late, and changes nothing', async () => {
  const { tickets, pending, wakes, results, receive } = ticketCloud();
  tickets.set('sealed', { ...TICKET, deadline: NOW - 1 });
  expect([await receive(ANSWER), await receive(AGAIN)]).toEqual([false, false]);
  expect(results).toEqual(['late', 'late']);
  expect([wakes, pending.rows.size]).toEqual([[], 0]);
});

test('a ticket that is used twice wakes its waiter once, and the second answer counts as a duplicate', async () => {
  const { wakes, results, receive } = ticketCloud();
  expect([await receive(ANSWER), await receive({ ...ANSWER, body: 'b3RoZXI=' })]).toEqual([true, false]);
  expect(wakes).toEqual([WAKE]);
  expect(results).toEqual(['completed', 'duplicate']);
});

test('an answer whose post does not succeed is stored as a completed row, and the bus announces it', async () => {
  const { pending, results, receive } = ticketCloud({ wakes: { ...NO_PARTS, post: async () => false } });
  expect(await receive(ANSWER)).toBe(true);
  expect(pending.rows.get('r')).toEqual({ request: { ...TICKET, mode: 'direct' }, completion: COMPLETION });
  expect(pending.handedToBus).toEqual(['r']);
  expect(results).toEqual(['completed']);
});

describe('an answer that its waiter has asked for', () => {
  test('is stored before it is posted, and the bus announces it as well', async () => {
    const { pending, wakes, results, receive, options } = ticketCloud();
    const posting = jest.spyOn(options.wakes, 'post').mockImplementation(async (to, wake) => {
      expect(pending.rows.get('r')?.completion).toEqual(COMPLETION);
      return wakes.push({ to, wake }) > 0;
    });
    expect(await receive(AGAIN)).toBe(true);
    expect(posting).toHaveBeenCalledTimes(1);
    expect(wakes).toEqual([{ ...WAKE, wake: { ...WAKE.wake, stored: true } }]);
    expect(pending.handedToBus).toEqual(['r']);
    expect(results).toEqual(['repeated', 'completed']);
  });

  test('is delivered although its first post seemed to succeed, once', async () => {
    const { pending, wakes, results, receive } = ticketCloud();
    await receive(ANSWER);
    expect([await receive(AGAIN), await receive({ ...AGAIN, body: 'b3RoZXI=' })]).toEqual([true, false]);
    expect(wakes).toHaveLength(2);
    expect(pending.rows.get('r')?.completion).toEqual(COMPLETION);
    expect(results).toEqual(['completed', 'repeated', 'completed', 'duplicate']);
  });

  test('is stored once: when its waiter has removed the row, the same answer is a duplicate and makes no row again', async () => {
    const { pending, wakes, results, receive } = ticketCloud();
    expect(await receive(AGAIN)).toBe(true);
    pending.rows.clear();
    expect([await receive(AGAIN), await receive(ANSWER)]).toEqual([false, false]);
    expect([pending.rows.size, wakes.length]).toEqual([0, 1]);
    expect(results).toEqual(['repeated', 'completed', 'duplicate', 'duplicate']);
  });

  test('is stored once, also if it was stored before because its post did not succeed', async () => {
    const { pending, results, receive } = ticketCloud({ wakes: { ...NO_PARTS, post: async () => false } });
    await receive(ANSWER);
    pending.rows.clear();
    expect(await receive(AGAIN)).toBe(false);
    expect([pending.rows.size, results]).toEqual([0, ['completed', 'duplicate']]);
  });

  test('completes the row that its waiter has put, and no row of another owner', async () => {
    const [{ pending, receive }, other] = [ticketCloud(), ticketCloud()];
    const row = {
      requestId: 'r',
      tunnelId: 'demo',
      owner: 'ann',
      mode: 'direct',
      waiterConnectionId: 'w1',
      deadline: NOW + 20_000,
    } as const;
    await pending.put(row);
    expect(await receive(AGAIN)).toBe(true);
    expect(pending.rows.get('r')?.completion).toEqual(COMPLETION);
    await other.pending.put({ ...row, owner: 'eve' });
    expect(await other.receive(AGAIN)).toBe(false);
    expect(other.pending.rows.get('r')?.completion).toBeUndefined();
  });
});

describe('an answer that does not fit a wake', () => {
  const body = Buffer.alloc(28 * 1024, 'x');
  const ref = bodyRefOf(body);
  const large = { ...ANSWER, body: body.toString('base64') };

  test('has its body put into the body store, and the wake refers to it', async () => {
    const { bodies, pending, wakes, receive } = ticketCloud();
    expect(await receive(large)).toBe(true);
    expect(bodies.bodies.get(responseBodyKey('r', ref))).toEqual(body);
    expect(wakes[0]?.wake.completion?.outcome).toMatchObject({ body: ref });
    expect(pending.rows.size).toBe(0);
  });

  test('is stored with its body when the body store fails', async () => {
    const { bodies, pending, wakes, failures, receive } = ticketCloud();
    jest.spyOn(bodies, 'put').mockRejectedValue(new Error('SlowDown'));
    expect(await receive(large)).toBe(true);
    expect(pending.rows.get('r')?.completion?.outcome).toMatchObject({ body });
    expect([wakes, failures]).toEqual([[], [new Error('SlowDown')]]);
  });

  test('is stored when its header fields alone are too large', async () => {
    const { pending, wakes, receive } = ticketCloud();
    expect(await receive({ ...ANSWER, headers: { 'x-large': ['h'.repeat(28 * 1024)] } })).toBe(true);
    expect(pending.rows.get('r')?.completion?.outcome).toMatchObject({ statusCode: 200 });
    expect(wakes).toEqual([]);
  });
});

describe('an answer whose ticket cannot be opened', () => {
  const unreadable = { ...ANSWER, ticket: 'damaged' };

  test('counts as late when its request has no row', async () => {
    const { results, wakes, receive } = ticketCloud();
    expect(await receive(unreadable)).toBe(false);
    expect(results).toEqual(['unreadable', 'late']);
    expect(wakes).toEqual([]);
  });

  test('completes the row that its waiter has put', async () => {
    const { pending, results, wakes, receive } = ticketCloud();
    await pending.put({ requestId: 'r', tunnelId: 'demo', owner: 'ann', mode: 'direct', waiterConnectionId: 'w1', deadline: NOW + 20_000 });
    expect(await receive(unreadable)).toBe(true);
    expect(results).toEqual(['unreadable', 'completed']);
    expect(wakes).toEqual([{ ...WAKE, wake: { ...WAKE.wake, stored: true } }]);
  });
});

describe('an agent that asks where to upload a body', () => {
  const question = { type: 'upload_request', request_id: 'r', bytes: 200_000, sha256: bodyRefOf(Buffer.from('x')).sha256 } as const;

  test('gets a URL for a valid ticket, without a row', async () => {
    const { replies, results, receive } = ticketCloud();
    expect(await receive({ ...question, ticket: 'sealed' })).toBe(true);
    expect(replies).toMatchObject([{ type: 'upload_url', request_id: 'r' }]);
    expect(results).toEqual(['waiting']);
  });

  test('is told that nobody waits when the ticket is late or foreign', async () => {
    const { replies, tickets, receive } = ticketCloud();
    tickets.set('late', { ...TICKET, deadline: NOW - 1 });
    tickets.set('foreign', { ...TICKET, tunnelId: 'other' });
    for (const ticket of ['late', 'foreign']) expect(await receive({ ...question, ticket })).toBe(false);
    expect(replies).toEqual(Array(2).fill({ type: 'ack', request_id: 'r' }));
  });

  test('gets no reply while its ticket cannot be opened, so that it asks again, and a URL once the request has a row', async () => {
    const { pending, replies, receive } = ticketCloud();
    expect(await receive({ ...question, ticket: 'damaged' })).toBe(false);
    expect(replies).toEqual([]);
    await pending.put({ requestId: 'r', tunnelId: 'demo', owner: 'ann', mode: 'direct', deadline: NOW + 20_000 });
    expect(await receive({ ...question, ticket: 'damaged' })).toBe(true);
    expect(replies).toMatchObject([{ type: 'upload_url' }]);
  });
});
