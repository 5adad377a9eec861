import type { Answerer, Exchange } from '../../../agent/answerer';
import { CloudClock } from '../../../agent/cloud-clock';
import { Lateness } from '../../../agent/lateness';
import { Outbox } from '../../../agent/outbox';
import { RequestHandler } from '../../../agent/request-handler';
import { Streams } from '../../../agent/stream/streams';
import type { HttpRequestMessage } from '../../../protocol';
import { requestMessage } from '../../support/agent-fake-gateway';
import { AMPLE_TERMS } from '../../support/agent-stream-reader';
import { eventually } from '../../support/eventually';

const HOUR_MS = 60 * 60 * 1000;

/** How long an agent takes the visitor of a request to wait whose deadline is an hour away. */
async function lifeOf(fields: Partial<HttpRequestMessage>): Promise<number> {
  const ways = { send: () => true, onSilence: () => undefined, now: () => performance.now() };
  const outbox = new Outbox({ ...ways, resendMs: 60_000, onTheWayMs: 250 });
  const streams = new Streams({ ...ways, outbox });
  const clock = new CloudClock(() => ({ monotonic: performance.now(), wall: Date.now() }));
  const asked: Exchange[] = [];
  const answerer = {
    answer: (exchange: Exchange) => {
      asked.push(exchange);
      return Promise.resolve({ text: '{}', bytes: 0 });
    },
  } as unknown as Answerer;
  const handler = new RequestHandler({
    answerer,
    outbox,
    streams,
    clock,
    // The cloud answers the question for its time at once.
    lateness: new Lateness({ clock, ask: () => clock.hearAnswer(Date.now(), clock.read()), askAgainMs: 10 }),
    maxInFlight: 1,
    maxBytesInFlight: 1,
    now: ways.now,
    onStream: () => undefined,
    onFinished: () => undefined,
  });
  handler.handle(requestMessage({ ticket: 'sealed', deadline: Date.now() + HOUR_MS, ...fields }));
  await eventually(() => asked.length > 0);
  await handler.idle();
  outbox.close();
  return asked[0]?.lifeMs ?? 0;
}

it('the visitor of a stream is waited for until the deadline, 15 minutes at most', async () => {
  expect(await lifeOf({ stream: AMPLE_TERMS })).toBe(15 * 60 * 1000);
  const soon = await lifeOf({ stream: AMPLE_TERMS, deadline: Date.now() + 300_000 });
  expect(soon).toBeGreaterThan(200_000);
  expect(soon).toBeLessThanOrEqual(300_000);
});

it('any other visitor is waited for a minute at most', async () => {
  expect(await lifeOf({})).toBe(60_000);
});
