import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { AgentOptions, RequestSummary, StreamBeginning } from '../../../agent';
import { AgentFixture } from '../../support/agent-fixture';
import type { FakeGateway } from '../../support/agent-fake-gateway';
import { startLocalServer, startRawServer } from '../../support/agent-local-server';
import { bytesOf, sha256, StreamReader } from '../../support/agent-stream-reader';
import { eventually } from '../../support/eventually';

const fixture = new AgentFixture();
afterEach(() => fixture.closeAll());

let gateway: FakeGateway;
let summaries: RequestSummary[];
let beginnings: StreamBeginning[];
beforeEach(async () => {
  gateway = await fixture.gateway();
  gateway.acknowledges = false;
  summaries = [];
  beginnings = [];
});

async function tunnelTo(answer: (reply: ServerResponse, url: string) => void, options: Partial<AgentOptions> = {}) {
  const local = fixture.keep(await startLocalServer((request, reply) => answer(reply, request.url ?? '')));
  return tunnelToPort(local.port, options);
}

async function tunnelToPort(port: number, options: Partial<AgentOptions> = {}) {
  const agent = await fixture.connected(gateway, port, options);
  agent.on('request', (summary) => summaries.push(summary));
  agent.on('streaming', (beginning) => beginnings.push(beginning));
  return agent;
}

describe('an answer that is complete at once', () => {
  const whole = async (answer: (reply: ServerResponse) => void, fields: { method?: string } = {}) => {
    await tunnelTo(answer);
    const reader = new StreamReader(gateway, fields);
    await reader.ended();
    expect(reader.messages).toEqual([]);
    expect(reader.answers).toHaveLength(1);
    return reader.answers[0];
  };

  it('is sent whole when its length is known', async () => {
    const answer = await whole((reply) => reply.writeHead(200, { 'content-length': 2 }).end('hi'));
    expect(answer).toMatchObject({ type: 'http_response', status_code: 200, body: 'aGk=', ticket: 'ticket-1' });
    expect(summaries[0]).not.toHaveProperty('stream');
    expect(beginnings).toEqual([]);
  });

  it('is sent whole when its length is known and its body follows its head a moment later', async () => {
    await tunnelTo((reply) => {
      reply.writeHead(200, { 'content-length': 2 }).flushHeaders();
      setTimeout(() => reply.end('hi'), 20);
    });
    const reader = new StreamReader(gateway, { terms: { gather_ms: 30_000 } });
    await reader.ended();
    expect(reader.answers).toMatchObject([{ type: 'http_response', body: 'aGk=' }]);
  });

  it('is sent whole when it comes in chunks, all at once', async () => {
    expect(
      await whole((reply) => {
        reply.write('h');
        reply.end('i');
      }),
    ).toMatchObject({ type: 'http_response', body: 'aGk=' });
  });

  it.each([
    ['to HEAD', 'HEAD', 200],
    ['with the status 204', 'GET', 204],
    ['with the status 304', 'GET', 304],
  ])('is sent whole %s', async (_name, method, status) => {
    const headers = status === 204 ? {} : { 'content-length': 5_000_000 };
    const answer = await whole((reply) => reply.writeHead(status, headers).end(), { method });
    expect(answer).toMatchObject({ type: 'http_response', status_code: status, body: '' });
  });

  it('is sent whole when it is the error that the local service cannot be reached', async () => {
    const local = await startLocalServer(() => undefined);
    await local.close();
    await tunnelToPort(local.port);
    const reader = new StreamReader(gateway);
    await reader.ended();
    expect(reader.answers).toMatchObject([{ type: 'error', code: 'local_service_unavailable', ticket: 'ticket-1' }]);
  });
});

describe('an answer that is not complete at once', () => {
  it('comes in numbered parts with the head first, and says at its end the digest of the whole body', async () => {
    const body = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));
    await tunnelTo((reply) =>
      reply.writeHead(207, { 'content-length': body.length, 'x-a': ['1', '2'], 'set-cookie': ['a=1', 'b=2'] }).end(body),
    );
    const reader = new StreamReader(gateway);
    await reader.ended();
    expect(reader.head).toMatchObject({
      type: 'response_head',
      status_code: 207,
      headers: { 'x-a': ['1', '2'], 'set-cookie': ['a=1', 'b=2'], 'content-length': ['300000'] },
    });
    expect(reader.body.equals(body)).toBe(true);
    expect(reader.digest).toBe(sha256(body));
    expect(Math.max(...reader.inOrder.map((part) => bytesOf(part).length))).toBeLessThanOrEqual(24 * 1024);
    await eventually(() => expect(summaries).toMatchObject([{ status: 207, bytes: 300_000, stream: 'complete' }]));
    expect(beginnings).toMatchObject([{ method: 'GET', path: '/', status: 207 }]);
  });

  it('has its head sent at once when the service has flushed only its head', async () => {
    let reply: ServerResponse | undefined;
    await tunnelTo((answer) => {
      reply = answer;
      answer.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    });
    const reader = new StreamReader(gateway, { terms: { gather_ms: 60_000 } });
    await eventually(() => expect(reader.head).toMatchObject({ status_code: 200, body: '' }));
    // The first bytes leave at once, too: the head had none.
    reply?.write('data: 1\n\n');
    await eventually(() => expect(reader.body.toString()).toBe('data: 1\n\n'));
    reply?.end();
    await reader.ended();
    expect(reader.types).toEqual(['response_head', 'response_chunk', 'response_end']);
  });

  it('has its head sent at once when it is an event stream, although its length is known and small', async () => {
    await tunnelTo((reply) =>
      reply.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'content-length': 9 }).flushHeaders(),
    );
    const reader = new StreamReader(gateway, { terms: { gather_ms: 300_000 } });
    await eventually(() => expect(reader.head).toMatchObject({ status_code: 200, body: '' }));
  });

  it('has the first bytes in the message of its head', async () => {
    await tunnelTo((reply) => reply.write('first'));
    const reader = new StreamReader(gateway);
    await eventually(() => expect(reader.head && bytesOf(reader.head).toString()).toBe('first'));
  });

  it('has many small writes gathered in few messages, and nothing is lost', async () => {
    const WRITES = 2000;
    await tunnelTo(async (reply) => {
      for (let i = 0; i < WRITES; i += 1) {
        reply.write(`${i},`);
        if (i % 10 === 0) await new Promise(setImmediate);
      }
      reply.end();
    });
    const reader = new StreamReader(gateway, { terms: { gather_ms: 60_000 } });
    await reader.ended();
    expect(reader.body.toString()).toBe(Array.from({ length: WRITES }, (_, i) => `${i},`).join(''));
    // The head, perhaps the first bytes after it, and the rest.
    expect(reader.types.length).toBeLessThanOrEqual(4);
  });

  it('has bytes after a pause sent at once, and bytes after them after the gathering time', async () => {
    let reply: ServerResponse | undefined;
    await tunnelTo((answer) => (reply = answer).write('1'));
    const reader = new StreamReader(gateway, { terms: { gather_ms: 300 } });
    await eventually(() => expect(reader.body.toString()).toBe('1'));
    await new Promise((resolve) => setTimeout(resolve, 350));
    const begin = performance.now();
    reply?.write('2');
    await eventually(() => expect(reader.body.toString()).toBe('12'));
    reply?.write('3');
    await eventually(() => expect(reader.body.toString()).toBe('123'));
    expect(performance.now() - begin).toBeGreaterThan(290);
  });

  it('has trailers dropped and interim answers ignored', async () => {
    const local = fixture.keep(
      await startRawServer((socket) => {
        socket.write(
          'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\nTrailer: X-T\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n',
        );
        setTimeout(() => socket.write('1\r\nb\r\n0\r\nX-T: 1\r\n\r\n'), 50);
      }),
    );
    await tunnelToPort(local.port);
    const reader = new StreamReader(gateway);
    await reader.ended();
    expect(reader.head?.headers).toEqual({});
    expect(reader.body.toString()).toBe('ab');
    expect(reader.types.at(-1)).toBe('response_end');
  });
});

describe('a request that may be answered as a stream', () => {
  it('is answered with an error when the head does not come within an explicit --request-timeout', async () => {
    await tunnelTo(() => undefined, { requestTimeoutMs: 50 });
    const reader = new StreamReader(gateway);
    await reader.ended();
    expect(reader.answers).toMatchObject([{ type: 'error', code: 'timeout' }]);
    expect(JSON.stringify(reader.answers)).toContain('did not begin its answer within 0.05 s (--request-timeout)');
  });

  it('has no time-out after its head, except its deadline', async () => {
    await tunnelTo((reply) => reply.write('a'), { requestTimeoutMs: 1500 });
    const reader = new StreamReader(gateway, { deadline: Date.now() + 4000 });
    await reader.ended();
    expect(reader.types.at(-1)).toBe('response_failed');
    await eventually(() => expect(summaries).toMatchObject([{ stream: 'cut', error: 'timeout', status: 200, bytes: 1 }]));
    expect(summaries[0]?.ms).toBeGreaterThan(2000);
  });

  it('is answered whole, as always, when it has no ticket', async () => {
    await tunnelTo((reply) => {
      reply.write('a');
      setTimeout(() => reply.end('b'), 50);
    });
    const answer = await gateway.newest.request({ stream: { window: 1, chunk: 1, gather_ms: 1, silence_ms: 1 } });
    expect(answer).toMatchObject({ type: 'http_response', body: 'YWI=' });
  });

  it('counts as in flight until its stream has ended', async () => {
    const replies: ServerResponse[] = [];
    await tunnelTo((reply) => replies.push(reply) && reply.write('a'), { maxInFlight: 1 });
    const reader = new StreamReader(gateway);
    await eventually(() => reader.head !== undefined);
    expect(await gateway.newest.request()).toMatchObject({ type: 'error', code: 'busy' });
    replies[0]?.end();
    await eventually(() => expect(summaries.map(({ stream }) => stream)).toContain('complete'));
    const second = new StreamReader(gateway);
    await eventually(() => second.head !== undefined);
  });
});

describe('a stream that the local service breaks off', () => {
  it.each([
    ['in the middle of its chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'],
    ['before its Content-Length', 'HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\nabc'],
  ])('%s ends as failed, with the bytes that have come', async (_name, text) => {
    const local = fixture.keep(
      await startRawServer((socket) => {
        socket.write(text);
        setTimeout(() => socket.end(), 100);
      }),
    );
    await tunnelToPort(local.port);
    const reader = new StreamReader(gateway);
    await reader.ended();
    expect(reader.types.at(-1)).toBe('response_failed');
    expect(reader.body.toString()).toBe('abc');
    await eventually(() => expect(summaries).toMatchObject([{ stream: 'cut', error: 'invalid_response', bytes: 3 }]));
    expect(summaries[0]?.reason).toContain('closed the connection before its answer was complete');
  });

  it('still brings the bytes that were being gathered', async () => {
    const local = fixture.keep(
      await startRawServer((socket) => {
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n');
        setTimeout(() => socket.write('1\r\nd\r\n'), 50);
        setTimeout(() => socket.end(), 150);
      }),
    );
    await tunnelToPort(local.port);
    const reader = new StreamReader(gateway, { terms: { gather_ms: 60_000 } });
    await reader.ended();
    expect(reader.body.toString()).toBe('abcd');
    expect(reader.types.at(-1)).toBe('response_failed');
  });

  it('is an error message when nothing of it has left yet', async () => {
    const local = fixture.keep(await startRawServer((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nabc')));
    await tunnelToPort(local.port);
    const reader = new StreamReader(gateway, { terms: { gather_ms: 60_000 } });
    await reader.ended();
    expect(reader.answers).toMatchObject([{ type: 'error', code: 'invalid_response' }]);
  });
});

describe('a stream whose visitor leaves', () => {
  async function streamOf(leave: (reader: StreamReader) => void, terms = {}) {
    let closed: Promise<unknown> | undefined;
    await tunnelTo((reply) => {
      closed = once(reply, 'close');
      reply.write('a');
    });
    const reader = new StreamReader(gateway, { terms, takesAll: false });
    await eventually(() => reader.head !== undefined);
    const begin = performance.now();
    leave(reader);
    await closed;
    const closedAfterMs = performance.now() - begin;
    await eventually(() => expect(summaries).toMatchObject([{ stream: 'visitor_left', status: 200, bytes: 1 }]));
    // Nothing more is sent, and nothing is kept.
    expect(reader.types).not.toContain('response_failed');
    reader.say({ asks: true });
    await eventually(() => expect(reader.messages.at(-1)).toMatchObject({ type: 'response_failed', number: 0 }));
    return closedAfterMs;
  }

  it('ends the request at the local service within a second', async () => {
    expect(await streamOf((reader) => reader.cancel())).toBeLessThan(1000);
  });

  it('is given up when nothing is heard of it for the time of silence', async () => {
    expect(await streamOf(() => undefined, { silence_ms: 3000 })).toBeGreaterThan(1000);
  });

  it('ends the request before the answer has begun, and no answer is sent', async () => {
    let closed: Promise<unknown> | undefined;
    await tunnelTo((reply) => void (closed = once(reply, 'close')));
    const reader = new StreamReader(gateway);
    await eventually(() => closed !== undefined);
    reader.cancel();
    await closed;
    await eventually(() => expect(summaries).toMatchObject([{ stream: 'visitor_left', bytes: 0 }]));
    expect(summaries[0]).not.toHaveProperty('error');
    expect([...reader.messages, ...reader.answers]).toEqual([]);
  });

  it('is no reason to keep an answer that was sent whole', async () => {
    await tunnelTo((reply) => reply.end('hi'));
    const reader = new StreamReader(gateway);
    await reader.ended();
    reader.cancel();
    reader.say({ asks: true });
    await eventually(() => expect(reader.messages).toMatchObject([{ type: 'response_failed', number: 0 }]));
    expect(reader.answers).toHaveLength(1);
  });

  it('is not taken for one whose connection is broken: after half of the time of silence, the agent first probes the connection', async () => {
    await tunnelTo((reply) => reply.write('a'));
    new StreamReader(gateway, { terms: { silence_ms: 2000 }, takesAll: false });
    await eventually(() => expect(gateway.newest.received.map(({ type }) => type)).toContain('ping'));
    await eventually(() => expect(summaries).toMatchObject([{ stream: 'visitor_left' }]));
  });

  it('is not given up while the cloud asks, although no byte comes', async () => {
    await tunnelTo((reply) => reply.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders());
    const reader = new StreamReader(gateway, { terms: { silence_ms: 3000 }, takesAll: false });
    await eventually(() => reader.head !== undefined);
    for (let i = 0; i < 10; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      reader.say({ asks: true });
    }
    await eventually(() => expect(reader.types.filter((type) => type === 'stream_alive')).toHaveLength(10));
    expect(summaries).toEqual([]);
  });
});
