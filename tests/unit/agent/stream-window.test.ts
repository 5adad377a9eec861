import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { AgentFixture } from '../../support/agent-fixture';
import type { FakeGateway } from '../../support/agent-fake-gateway';
import { startLocalServer } from '../../support/agent-local-server';
import { bytesOf, sha256, StreamReader } from '../../support/agent-stream-reader';
import { eventually } from '../../support/eventually';

const fixture = new AgentFixture();
afterEach(() => fixture.closeAll());

let gateway: FakeGateway;
beforeEach(async () => {
  gateway = await fixture.gateway();
  gateway.acknowledges = false;
});

async function tunnelTo(answer: (reply: ServerResponse) => unknown) {
  const local = fixture.keep(await startLocalServer((_request, reply) => void answer(reply)));
  return fixture.connected(gateway, local.port);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** A body without a period, so that bytes in the wrong place show. */
const bodyOf = (bytes: number): Buffer => Buffer.from(Uint32Array.from({ length: bytes / 4 }, (_, i) => i * 2_654_435_761).buffer);
const numbersIn = (reader: StreamReader): number[] => reader.messages.map((message) => ('number' in message ? message.number : 0));

describe('the window of a stream', () => {
  it('is used up exactly, and the agent then waits until the cloud allows more', async () => {
    const body = bodyOf(40_000);
    let reply: ServerResponse | undefined;
    await tunnelTo((answer) => (reply = answer).write(body.subarray(0, 20_000)));
    const reader = new StreamReader(gateway, { takesAll: false, terms: { window: 10_001, chunk: 3000, gather_ms: 0 } });
    await eventually(() => expect(reader.body).toHaveLength(10_001));
    await pause(100);
    expect(reader.body).toHaveLength(10_001);
    reader.say({ until: 12_000 });
    await eventually(() => expect(reader.body).toHaveLength(12_000));
    reader.say({ until: 40_000 });
    await eventually(() => expect(reader.body).toHaveLength(20_000));
    // A message that was overtaken allows less, which changes nothing.
    reader.say({ until: 11_000, asks: true });
    await eventually(() => expect(reader.types.at(-1)).toBe('stream_alive'));
    reply?.end(body.subarray(20_000));
    await reader.ended();
    expect(reader.body.equals(body)).toBe(true);
    expect(reader.digest).toBe(sha256(body));
  });

  it('is no reason to wait with the end when the body is just as long', async () => {
    const body = bodyOf(1000);
    await tunnelTo((reply) => {
      reply.write(body);
      setTimeout(() => reply.end(), 50);
    });
    const reader = new StreamReader(gateway, { takesAll: false, terms: { window: 1000 } });
    await reader.ended();
    expect(reader.digest).toBe(sha256(body));
  });

  it('stops the local service when it is used up: the sockets fill, and the service has to wait for them to drain', async () => {
    const piece = Buffer.alloc(64 * 1024, 'x');
    let written = 0;
    let isBlocked = false;
    let proceed = (): void => undefined;
    await tunnelTo(async (reply) => {
      reply.on('drain', () => proceed()).on('close', () => proceed());
      for (let i = 0; i < 1000 && !reply.destroyed; i += 1) {
        written += piece.length;
        if (reply.write(piece)) continue;
        isBlocked = true;
        await new Promise<void>((resolve) => (proceed = resolve));
        isBlocked = false;
      }
      reply.end();
    });
    const reader = new StreamReader(gateway, { takesAll: false, terms: { window: 100_000 } });
    await eventually(() => expect(reader.body).toHaveLength(100_000));
    let before = -1;
    await eventually(async () => {
      const isSteady = isBlocked && before === written;
      before = written;
      await pause(200);
      return isSteady;
    });
    // Linux gives a TCP connection up to 10 MB of buffers.
    expect(written).toBeLessThan(20_000_000);
    expect(reader.body).toHaveLength(100_000);
    reader.cancel();
  });

  it('is also a number of parts: at most 1024 are not taken, however small they are', async () => {
    const body = bodyOf(4000);
    await tunnelTo((reply) => {
      reply.write(body);
      setTimeout(() => reply.end(), 20);
    });
    const reader = new StreamReader(gateway, { takesAll: false, terms: { chunk: 1 } });
    await eventually(() => expect(reader.inOrder.length).toBeGreaterThanOrEqual(1023));
    await pause(100);
    expect(reader.inOrder.length).toBeLessThanOrEqual(1024);
    for (let taken = reader.inOrder.length; reader.digest === undefined; taken = reader.inOrder.length) {
      reader.take(taken);
      await eventually(() => reader.inOrder.length > taken || reader.digest !== undefined);
    }
    expect(reader.body.equals(body)).toBe(true);
  });
});

describe('parts of a stream', () => {
  /** A stream of the parts 0 to 3 with the bodies `a` to `d`, whose end waits for `finish`. */
  async function fourParts() {
    let reply: ServerResponse | undefined;
    await tunnelTo((answer) => (reply = answer).write('abcd'));
    const reader = new StreamReader(gateway, { takesAll: false, terms: { chunk: 1 } });
    await eventually(() => expect(reader.body.toString()).toBe('abcd'));
    reader.messages.length = 0;
    return { reader, finish: () => reply?.end() };
  }
  /** Resolves when everything that the agent has sent until now has arrived. */
  const settled = async (reader: StreamReader): Promise<void> => {
    const alive = (): number => reader.types.filter((type) => type === 'stream_alive').length;
    const before = alive();
    reader.say({ asks: true });
    await eventually(() => alive() > before);
    reader.messages.pop();
  };

  it('are sent again when the cloud misses them, and only those', async () => {
    const { reader } = await fourParts();
    reader.say({ missing: [1, 3, 77] });
    await settled(reader);
    expect(numbersIn(reader)).toEqual([1, 3]);
    expect(reader.messages.map((part) => bytesOf(part).toString())).toEqual(['b', 'd']);
  });

  it('are not sent again once they are taken, whatever later messages say', async () => {
    const { reader } = await fourParts();
    reader.say({ number: 2 });
    reader.say({ number: 2 });
    reader.say({ number: 1, missing: [0, 1, 2] });
    await settled(reader);
    expect(numbersIn(reader)).toEqual([2]);
  });

  it('carry the newest ticket, and all that are not taken are sent again with it', async () => {
    const { reader, finish } = await fourParts();
    reader.ticket = 'ticket-2';
    reader.say({ number: 1, until: 2_000_000 });
    await settled(reader);
    expect(reader.messages.map(({ ticket }) => ticket)).toEqual(['ticket-2', 'ticket-2', 'ticket-2']);
    expect(numbersIn(reader)).toEqual([1, 2, 3]);
    // A message that was overtaken brings the old ticket.
    reader.say({ number: 0, until: 2_000_000, ticket: 'ticket-1' });
    reader.say({ number: 1, until: 1, ticket: 'ticket-1' });
    finish();
    await reader.ended();
    expect(reader.messages.at(-1)).toMatchObject({ type: 'response_end', ticket: 'ticket-2' });
    expect(reader.messages).toHaveLength(4);
  });

  it('are kept after the end until the cloud has taken the last one', async () => {
    const { reader, finish } = await fourParts();
    finish();
    await reader.ended();
    reader.messages.length = 0;
    reader.say({ number: 3, missing: [3, 4] });
    await eventually(() => expect(reader.types).toEqual(['response_chunk', 'response_end']));
    reader.take(5, { until: 2_000_000 });
    reader.say({ number: 5, asks: true });
    await eventually(() => expect(reader.messages.at(-1)).toMatchObject({ type: 'response_failed', number: 0 }));
  });
});

describe('a sign of life', () => {
  it('says how many parts there are, for parts_taken with asks and for answer_wanted, also before the head', async () => {
    let reply: ServerResponse | undefined;
    await tunnelTo((answer) => (reply = answer));
    const reader = new StreamReader(gateway);
    reader.say({ asks: true });
    await eventually(() => expect(reader.messages).toMatchObject([{ type: 'stream_alive', number: 0, ticket: 'ticket-1' }]));
    reply?.write('a');
    await eventually(() => reader.head !== undefined);
    gateway.newest.send({ type: 'answer_wanted', request_id: reader.request.request_id });
    await eventually(() => expect(reader.messages.at(-1)).toMatchObject({ type: 'stream_alive', number: 1 }));
  });

  it('is that the request failed when the agent does not know it; without asks there is none', async () => {
    await tunnelTo((reply) => reply.end('hi'));
    const unknown = { type: 'parts_taken', request_id: 'unknown', number: 3, until: 9, ticket: 'sealed' } as const;
    gateway.newest.send(unknown);
    const said = once(gateway, 'stream');
    gateway.newest.send({ ...unknown, ticket: 'sealed again', asks: true });
    expect((await said)[0]).toEqual({ type: 'response_failed', request_id: 'unknown', number: 0, ticket: 'sealed again' });
  });

  it('is the whole answer again, marked, with the newest ticket, when it was sent whole', async () => {
    await tunnelTo((reply) => reply.end('hi'));
    const reader = new StreamReader(gateway);
    await reader.ended();
    reader.say({ asks: true });
    await eventually(() => expect(reader.answers).toHaveLength(2));
    // Another ticket alone is reason enough: the cloud has not got what came with the old one.
    reader.ticket = 'ticket-2';
    reader.say();
    await eventually(() => expect(reader.answers).toHaveLength(3));
    expect(reader.answers).toMatchObject([
      { type: 'http_response', ticket: 'ticket-1', body: 'aGk=' },
      { type: 'http_response', ticket: 'ticket-1', body: 'aGk=', again: true },
      { type: 'http_response', ticket: 'ticket-2', body: 'aGk=', again: true },
    ]);
  });

  it('makes the whole answer carry the ticket that came while the local service was still busy', async () => {
    let reply: ServerResponse | undefined;
    await tunnelTo((answer) => (reply = answer));
    const reader = new StreamReader(gateway);
    await eventually(() => reply !== undefined);
    reader.ticket = 'ticket-2';
    reader.say({ until: 2_000_000, asks: true });
    await eventually(() => expect(reader.types).toEqual(['stream_alive']));
    reply?.end('hi');
    await reader.ended();
    expect(reader.answers).toMatchObject([{ type: 'http_response', ticket: 'ticket-2' }]);
  });
});
