import { LocalService } from '../../../agent/local-service';
import { Outbox } from '../../../agent/outbox';
import { Spool } from '../../../agent/spool';
import { StreamAnswerer } from '../../../agent/stream/stream-answerer';
import { Streams } from '../../../agent/stream/streams';
import { decodeAgentMessage, type StreamMessage } from '../../../protocol';
import { AgentFixture } from '../../support/agent-fixture';
import { requestMessage } from '../../support/agent-fake-gateway';
import { startLocalServer } from '../../support/agent-local-server';
import { AMPLE_TERMS, bytesOf } from '../../support/agent-stream-reader';

const fixture = new AgentFixture();
afterEach(() => fixture.closeAll());

const WINDOW = 256 * 1024;
/** One read of a socket. */
const READ = 64 * 1024;
const TOTAL = 200 * 1024 * 1024;

it('a stream of 200 MB whose parts are taken slowly keeps at most its window and one read of the socket in memory', async () => {
  const piece = Buffer.alloc(256 * 1024, 'x');
  const local = fixture.keep(
    await startLocalServer((_request, reply) => {
      let left = TOTAL;
      const more = (): void => {
        while (left > 0) {
          left -= piece.length;
          if (!reply.write(piece)) return void reply.once('drain', more);
        }
        reply.end();
      };
      more();
    }),
  );
  const request = requestMessage({ ticket: 'sealed', stream: { ...AMPLE_TERMS, window: WINDOW } });
  const arrived: StreamMessage[] = [];
  const outbox = new Outbox({ send: () => true, onSilence: () => undefined, resendMs: 1000, onTheWayMs: 250, now: Date.now });
  let most = 0;
  const streams = new Streams({
    outbox,
    send: (text) => {
      arrived.push(decodeAgentMessage(text) as StreamMessage);
      return true;
    },
    onSilence: () => undefined,
    now: () => performance.now(),
  });
  const end = new AbortController();
  const stream = streams.open(request, end);
  if (!stream) throw new Error('the request has no stream');
  const service = new LocalService({ host: '127.0.0.1', port: local.port });
  const answered = new StreamAnswerer(service, undefined).answer(
    { ...request, body: Spool.of(Buffer.alloc(0)) },
    { stream, signal: end.signal, elapsedMs: () => 0, onBegun: () => undefined },
  );
  let isOver = false;
  void answered.finally(() => (isOver = true));

  // The cloud takes one part in each turn of the event loop.
  let taken = 0;
  for (let number = 0; !isOver || arrived.length > 0;) {
    await new Promise(setImmediate);
    most = Math.max(most, streams.bytesHeld);
    const part = arrived.shift();
    if (!part) continue;
    taken += bytesOf(part).length;
    number += 1;
    streams.taken({ type: 'parts_taken', request_id: request.request_id, number, until: taken + WINDOW, ticket: 'sealed' });
  }
  expect(await answered).toMatchObject({ outcome: { end: 'complete', bytes: TOTAL } });
  expect(taken).toBe(TOTAL);
  expect(most).toBeGreaterThan(WINDOW / 2);
  expect(most).toBeLessThanOrEqual(WINDOW + READ);
  expect(streams.bytesHeld).toBe(0);
  service.close();
});
