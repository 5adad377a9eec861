import { capabilities, decodeCloudMessage, type CloudMessage } from '../../../../protocol';
import { streamRequest } from '../../../../functions/core/forward-request';
import { Mailbox } from '../../../../functions/core/mailbox';
import type { StreamNews } from '../../../../functions/core/stream/stream-part';
import { isStreamed } from '../../../../functions/core/stream/streamed-response';
import type { Wake } from '../../../../functions/core/wake';
import { partsOf, STREAM_SETTINGS } from '../../../support/answer-stream';
import { cloud, OK, TUNNEL, subscriptionTo } from '../../../support/forward-fixture';

/** The streaming door, with an agent that can stream and that the test plays. */
function door(overrides: Parameters<typeof cloud>[0] = {}) {
  const made = cloud({ found: [{ ...TUNNEL, capabilities }], rollout: { useEventDriven: true, mode: 'direct' }, ...overrides });
  const inbox = new Mailbox<Wake>();
  const posted: CloudMessage[] = [];
  const options = {
    ...made.options,
    tickets: { seal: () => 'sealed' },
    streams: STREAM_SETTINGS,
    agents: {
      post: async (_: string, text: string) => {
        posted.push(decodeCloudMessage(text) as CloudMessage);
        return 'sent' as const;
      },
      tell: async () => undefined,
    },
    wakes: {
      subscribe: async () => subscriptionTo(inbox, () => made.log.push('unsubscribe')),
    },
    ...overrides,
  };
  const hear = async (...news: readonly StreamNews[]): Promise<void> => {
    for (const each of news) inbox.deliver({ version: 1, requestId: 'r1', source: 'direct', news: each });
    await made.clock.advance(0);
  };
  const visit = () => streamRequest('r1', made.request, options);
  return { ...made, inbox, posted, hear, visit };
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const piece of body) text += Buffer.from(piece).toString();
  return text;
}

test('an answer that comes in parts reaches the visitor as a stream, and the request holds its place until the end', async () => {
  const { visit, hear, posted, log } = door();
  const visiting = visit();
  const [head, ...rest] = partsOf(['hello ', 'world'], { 'content-type': ['text/plain'], 'content-length': ['11'] });
  await hear(head!);
  const response = await visiting;
  if (!isStreamed(response)) throw new Error('the response is no stream');
  expect(response).toMatchObject({
    status: 200,
    headers: { 'content-type': ['text/plain'], 'content-length': ['11'], via: ['1.1 http-tunnel'] },
  });
  expect(posted).toMatchObject([
    { type: 'http_request', ticket: 'sealed', stream: { window: 1000, chunk: 100, gather_ms: 25, silence_ms: 45_000 } },
  ]);
  expect(log).not.toContain('unsubscribe');
  await hear(...rest);
  expect(await textOf(response.body)).toBe('hello world');
  await response.close();
  expect(log.slice(-2)).toEqual(['unsubscribe', 'streamed whole']);
});

test('an answer that comes whole is passed on as at the other door', async () => {
  const { visit, inbox, clock, posted } = door();
  const visiting = visit();
  await clock.advance(0);
  inbox.deliver({ version: 1, requestId: 'r1', source: 'direct', completion: { outcome: OK, completedAt: clock.now() } });
  await expect(visiting).resolves.toMatchObject({ status: 200, body: Buffer.from('hello') });
  expect(posted.map(({ type }) => type)).toEqual(['http_request']);
});

test('a visitor waits longer for the head of a stream than for a whole answer, while the agent gives signs of life', async () => {
  const { visit, hear, clock, posted } = door();
  const visiting = visit();
  for (let waited = 0; waited < 120_000; waited += 10_000) {
    await clock.advance(10_000);
    await hear({ kind: 'alive', number: 0 });
  }
  expect(posted.filter(({ type }) => type === 'parts_taken').length).toBeGreaterThan(10);
  await hear(partsOf([])[0]!);
  expect(isStreamed(await visiting)).toBe(true);
});

test('an agent that cannot stream has the deadline of whole answers', async () => {
  const { visit, clock, posted } = door({ found: [{ ...TUNNEL, capabilities: ['tickets'] }] });
  const visiting = expect(visit()).rejects.toMatchObject({ code: 'deadline_exceeded' });
  await clock.advance(28_000);
  await visiting;
  expect(posted[0]).not.toHaveProperty('stream');
});

test('a request without a ticket has a row, and the deadline of whole answers', async () => {
  const { visit, clock, pending } = door({ tickets: { seal: () => undefined } });
  const visiting = expect(visit()).rejects.toMatchObject({ code: 'deadline_exceeded' });
  await clock.advance(0);
  expect(pending.rows.size).toBe(1);
  await clock.advance(28_000);
  await visiting;
});

test('an agent that gives no sign of life is given up before the longest life of a stream', async () => {
  const { visit, clock, posted, log } = door();
  const visiting = expect(visit()).rejects.toMatchObject({ code: 'agent_away' });
  await clock.advance(46_000);
  await visiting;
  expect(posted.at(-1)).toEqual({ type: 'request_cancelled', request_id: 'r1' });
  expect(log.at(-1)).toBe('unsubscribe');
});

test('a head that is no valid response is refused, and the agent is told that nobody waits', async () => {
  const { visit, hear, posted } = door();
  const visiting = expect(visit()).rejects.toMatchObject({ code: 'invalid_response' });
  await hear({ kind: 'head', number: 0, statusCode: 200, headers: { 'bad name': ['1'] }, body: new Uint8Array(), takenAt: 0 });
  await visiting;
  expect(posted.at(-1)).toMatchObject({ type: 'request_cancelled' });
});

test('a visitor who leaves ends the stream, and the agent is told', async () => {
  const { visit, hear, posted, log } = door();
  const visiting = visit();
  await hear(partsOf(['1'])[0]!);
  const response = await visiting;
  if (!isStreamed(response)) throw new Error('the response is no stream');
  const reading = expect(textOf(response.body)).rejects.toMatchObject({ reason: 'left' });
  response.visitorLeft();
  await reading;
  await response.close();
  expect(posted.at(-1)).toMatchObject({ type: 'request_cancelled' });
  expect(log.at(-1)).toBe('streamed left');
});

test('a stream that lives longer than an entry of a request in flight is entered again', async () => {
  const { visit, hear, clock, log } = door();
  const visiting = visit();
  await hear(partsOf(['1'])[0]!);
  const response = await visiting;
  if (!isStreamed(response)) throw new Error('the response is no stream');
  const entered = () => log.filter((each) => each.startsWith('enter')).length;
  const before = entered();
  for (let waited = 0; waited < 60_000; waited += 10_000) {
    await hear({ kind: 'alive', number: 1 });
    await clock.advance(10_000);
  }
  expect(entered() - before).toBeGreaterThanOrEqual(4);
  await response.close();
  await clock.advance(60_000);
  const left = log.filter((each) => each.startsWith('leave')).length;
  expect(left).toBeGreaterThan(0);
});
