import { handleAgentMessage } from '../../../../functions/core/handle-agent-message';
import { FROM, messageCloud } from '../../../support/message-fixture';
import type { StreamMessage } from '../../../../protocol';

const HEAD: StreamMessage = {
  type: 'response_head',
  request_id: 'r',
  ticket: 'sealed',
  status_code: 200,
  headers: { a: ['1'] },
  body: 'aGk=',
};
const CHUNK: StreamMessage = { type: 'response_chunk', request_id: 'r', ticket: 'sealed', number: 1, body: 'aGk=' };

function cloud(overrides: Parameters<typeof messageCloud>[0] = {}) {
  const made = messageCloud(overrides);
  const now = made.options.clock.now();
  made.tickets.set('sealed', { requestId: 'r', tunnelId: 'demo', owner: 'ann', waiterConnectionId: 'w1', deadline: now + 1000 });
  made.pending.rows.clear();
  return { ...made, now, receive: (message: StreamMessage, from = FROM) => handleAgentMessage(message, from, made.options) };
}

test('a part goes to the waiter that its ticket names, without a read or a write', async () => {
  const { receive, parts, pending, now } = cloud();
  expect(await receive(HEAD)).toBe(true);
  expect(await receive(CHUNK)).toBe(true);
  expect(parts).toEqual([
    { to: 'w1', requestId: 'r', news: { kind: 'head', number: 0, statusCode: 200, headers: { a: ['1'] }, body: 'aGk=', takenAt: now } },
    { to: 'w1', requestId: 'r', news: { kind: 'chunk', number: 1, body: 'aGk=' } },
  ]);
  expect(pending.rows.size).toBe(0);
});

test('the end, a failure and a sign of life go the same way', async () => {
  const { receive, parts } = cloud();
  const about = { request_id: 'r', ticket: 'sealed', number: 2 };
  await receive({ type: 'response_end', ...about, sha256: 'x' });
  await receive({ type: 'response_failed', ...about });
  await receive({ type: 'stream_alive', ...about });
  expect(parts.map(({ news }) => news)).toEqual([
    { kind: 'end', number: 2, sha256: 'x' },
    { kind: 'failed', number: 2 },
    { kind: 'alive', number: 2 },
  ]);
});

test("a part with another tunnel's ticket is refused, and counts as serving nobody", async () => {
  const { receive, parts, results } = cloud();
  expect(await receive(CHUNK, { ...FROM, tunnelId: 'other' } as unknown as typeof FROM)).toBe(false);
  expect(await receive({ ...CHUNK, request_id: 'other' })).toBe(false);
  expect(parts).toEqual([]);
  expect(results).toEqual(['foreign', 'foreign']);
});

test('a part with a forged ticket, or after the deadline, is refused', async () => {
  const { receive, parts, results, options } = cloud();
  expect(await receive({ ...CHUNK, ticket: 'forged' })).toBe(false);
  await (options.clock as unknown as { advance(ms: number): Promise<void> }).advance(1001);
  expect(await receive(CHUNK)).toBe(false);
  expect(parts).toEqual([]);
  expect(results).toEqual(['unreadable', 'late']);
});

test('a part whose waiter has gone counts as serving nobody', async () => {
  const { receive } = cloud({ wakes: { post: async () => true, postNews: async () => false } });
  expect(await receive(CHUNK)).toBe(false);
});
