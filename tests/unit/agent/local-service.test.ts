import { createHash } from 'node:crypto';
import type net from 'node:net';
import { Readable } from 'node:stream';
import { MAX_RESPONSE_BODY_BYTES, type AgentErrorCode } from '../../../protocol';
import { LocalServiceError } from '../../../agent';
import { LocalService } from '../../../agent/local-service';
import type { LocalRequest } from '../../../agent/local-request';
import type { LocalResponse } from '../../../agent/local-response';
import { Spool } from '../../../agent/spool';
import { eventually } from '../../support/eventually';
import { AgentFixture } from '../../support/agent-fixture';
import { freePort, startLocalServer, startRawServer } from '../../support/agent-local-server';

const fixture = new AgentFixture();
afterEach(() => fixture.closeAll());

function serviceAt(port: number): LocalService {
  const service = new LocalService({ host: '127.0.0.1', port });
  fixture.keep({ close: async () => service.close() });
  return service;
}

const request = (fields: Partial<LocalRequest> = {}): LocalRequest => ({
  method: 'GET',
  uri: '/',
  headers: { host: ['demo.test'] },
  body: Spool.of(Buffer.alloc(0)),
  ...fields,
});

/** A service that answers every request with these bytes and, with 'hang up', closes the connection. */
async function answering(bytes: string, then: 'hang up' | 'stay' = 'stay'): Promise<LocalService> {
  const server = fixture.keep(await startRawServer((socket) => (then === 'hang up' ? socket.end(bytes) : socket.write(bytes))));
  return serviceAt(server.port);
}

async function failureOf(asking: Promise<LocalResponse>): Promise<{ code: AgentErrorCode; message: string }> {
  const outcome = await asking.catch((error: unknown) => error);
  if (outcome instanceof LocalServiceError) return outcome;
  throw new Error(`expected a LocalServiceError, got ${JSON.stringify(outcome)}`);
}

describe('a local service that fails', () => {
  it('is reported as unavailable when nothing listens on its port', async () => {
    const port = await freePort();
    const failure = await failureOf(serviceAt(port).ask(request(), 1000));
    expect(failure.code).toBe('local_service_unavailable');
    expect(failure.message).toMatch(new RegExp(`127.0.0.1:${port}.*ECONNREFUSED.*is it running`));
  });

  it('is reported as unavailable when its name does not resolve', async () => {
    const service = new LocalService({ host: 'nowhere.invalid', port: 80 });
    expect((await failureOf(service.ask(request(), 5000))).code).toBe('local_service_unavailable');
  });

  it('has an invalid response when it closes the connection before the first byte', async () => {
    const service = await answering('', 'hang up');
    expect((await failureOf(service.ask(request(), 1000))).code).toBe('invalid_response');
  });

  it('times out when it does not answer, and the agent closes the connection', async () => {
    let hungUp = false;
    const server = fixture.keep(await startLocalServer((incoming) => incoming.socket.on('close', () => (hungUp = true))));
    const failure = await failureOf(serviceAt(server.port).ask(request(), 50));
    expect(failure).toMatchObject({ code: 'timeout', message: expect.stringContaining('0.05 s') as string });
    await eventually(() => hungUp);
  });

  it('times out when it begins an answer and does not complete it', async () => {
    const service = await answering('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc');
    expect((await failureOf(service.ask(request(), 50))).code).toBe('timeout');
  });

  it.each([
    ['is not HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['is shorter than its Content-Length', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'],
    ['ends within its headers', 'HTTP/1.1 200 OK\r\nContent-Le'],
    ['ends within a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab'],
    ['has two different Content-Length headers', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    ['has both Content-Length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n'],
    ['switches protocols without a request to do so', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
    ['has a status of four digits', 'HTTP/1.1 1000 What\r\nContent-Length: 0\r\n\r\n'],
  ])('has an invalid response when its answer %s', async (_what, bytes) => {
    const service = await answering(bytes, 'hang up');
    expect((await failureOf(service.ask(request(), 1000))).code).toBe('invalid_response');
  });

  it('has an invalid response when it resets a reused connection', async () => {
    const server = fixture.keep(
      await startRawServer((socket, data) => {
        if (data.toString().startsWith('GET /second')) socket.resetAndDestroy();
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      }),
    );
    const service = serviceAt(server.port);
    await service.ask(request(), 1000);
    expect((await failureOf(service.ask(request({ uri: '/second' }), 1000))).code).toBe('invalid_response');
    expect(server.connections()).toBe(1);
  });

  it('is not asked again when it resets a reused connection, even for a GET', async () => {
    const seen: string[] = [];
    const server = fixture.keep(
      await startLocalServer((incoming, response) => {
        seen.push(incoming.url ?? '');
        if (incoming.url === '/2') incoming.socket.resetAndDestroy();
        else response.end('ok');
      }),
    );
    const service = serviceAt(server.port);
    await service.ask(request({ uri: '/1' }), 1000);
    await failureOf(service.ask(request({ uri: '/2' }), 1000));
    expect(seen).toEqual(['/1', '/2']);
  });
});

describe('an answer above the size limit of the cloud', () => {
  it('is refused because of its Content-Length, before its body arrives', async () => {
    let isCutOff = false;
    const server = fixture.keep(
      await startRawServer((socket) => {
        socket.once('close', () => (isCutOff = true));
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${MAX_RESPONSE_BODY_BYTES + 1}\r\n\r\n`);
      }),
    );
    expect(await failureOf(serviceAt(server.port).ask(request(), 1000))).toMatchObject({
      code: 'response_too_large',
      message: expect.stringMatching(/ 4669441 bytes; the limit is 4669440 /) as string,
    });
    await eventually(() => isCutOff);
  });

  it('is not read beyond the limit, and the agent closes the connection to the local service', async () => {
    let written = 0;
    let isCutOff = false;
    const server = fixture.keep(
      await startLocalServer((_incoming, response) => {
        const more = (): void => {
          while (!isCutOff && response.write(Buffer.alloc(16_384))) written += 16_384;
        };
        response.on('drain', more).on('close', () => (isCutOff = true));
        more();
      }),
    );
    expect((await failureOf(serviceAt(server.port).ask(request(), 5000))).code).toBe('response_too_large');
    await eventually(() => isCutOff);
    // The kernel's buffers on both ends hold data beyond the cap.
    expect(written).toBeLessThan(32 * 1024 * 1024);
  });

  it('is accepted when it answers HEAD, because it has no body', async () => {
    const service = await answering('HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n');
    const response = await service.ask(request({ method: 'HEAD' }), 1000);
    expect(response).toMatchObject({ status: 200, headers: { 'content-length': ['5000000'] } });
    expect(response.body.bytes).toBe(0);
  });
});

describe('answers without a body', () => {
  it('keep Content-Length with status 304 and lose it with status 204', async () => {
    const notModified = await answering('HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\nETag: "x"\r\n\r\n');
    expect((await notModified.ask(request(), 1000)).headers).toEqual({
      'content-length': ['77'],
      etag: ['"x"'],
    });
    const noContent = await answering('HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n');
    expect((await noContent.ask(request(), 1000)).headers).toEqual({});
  });

  it('are skipped when their status is informational, and the final answer is returned', async () => {
    const service = await answering('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    expect(await service.ask(request(), 1000)).toMatchObject({
      status: 200,
      headers: { 'content-length': ['2'] },
    });
  });
});

describe('an invalid request', () => {
  it.each([
    ['an absolute URI', { uri: 'http://169.254.169.254/latest' }],
    ['an asterisk as the path', { uri: '*' }],
    ['no path', { uri: '' }],
    ['a space in the path', { uri: '/a b' }],
    ['a line break in the path', { uri: '/a\r\nHost: other' }],
    ['a character above Latin-1 in the path', { uri: '/€' }],
    ['the method CONNECT', { method: 'CONNECT' }],
    ['a method with a space', { method: 'GET /x' }],
    ['a line break in a header', { headers: { host: ['a'], 'x-a': ['1\r\nx-b: 2'] } }],
    ['a header name with a colon', { headers: { host: ['a'], 'x:a': ['1'] } }],
    ['two Host headers', { headers: { host: ['a', 'b'] } }],
    ['three Host headers', { headers: { host: ['a', 'b', 'c'] } }],
  ])('is refused without a connection to the local service when it has %s', async (_what, fields: Partial<LocalRequest>) => {
    const server = fixture.keep(await startRawServer(() => undefined));
    expect((await failureOf(serviceAt(server.port).ask(request(fields), 1000))).code).toBe('invalid_request');
    expect(server.connections()).toBe(0);
  });
});

describe('the request to the local service', () => {
  async function wireOf(fields: Partial<LocalRequest>): Promise<string> {
    let wire = '';
    const server = fixture.keep(
      await startRawServer((socket: net.Socket, data) => {
        wire += data.toString('latin1');
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      }),
    );
    await serviceAt(server.port).ask(request(fields), 1000);
    return wire;
  }

  it('has the Content-Length of its actual body and no chunks, whatever the visitor declared', async () => {
    const headers = { host: ['h'], 'content-length': ['999'], 'transfer-encoding': ['chunked'] };
    const wire = await wireOf({ method: 'POST', headers, body: Spool.of(Buffer.from('body')) });
    expect(wire).toBe('POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 4\r\nConnection: keep-alive\r\n\r\nbody');
  });

  it("has Content-Length 0 for an empty PUT, none for an empty DELETE, and the visitor's for an empty GET", async () => {
    expect(await wireOf({ method: 'PUT' })).toContain('\r\ncontent-length: 0\r\n');
    expect(await wireOf({ method: 'DELETE' })).not.toMatch(/content-length|transfer-encoding/i);
    expect(await wireOf({ method: 'GET', headers: { host: ['h'], 'content-length': ['0'] } })).toContain('content-length: 0');
  });

  it.each(['PROPFIND', 'REPORT', 'LOCK', 'MKCOL', 'SEARCH', 'PURGE', 'GET', 'HEAD', 'DELETE', 'OPTIONS'])(
    'has neither a length nor chunks when %s comes without a body and without a length',
    async (method) => {
      expect(await wireOf({ method, headers: { host: ['h'] } })).toBe(`${method} / HTTP/1.1\r\nhost: h\r\nConnection: keep-alive\r\n\r\n`);
    },
  );

  it.each(['PROPFIND', 'DELETE'])('has the length 0 when the visitor declared it for %s', async (method) => {
    const wire = await wireOf({ method, headers: { host: ['h'], 'content-length': ['0'] } });
    expect(wire).toBe(`${method} / HTTP/1.1\r\nhost: h\r\ncontent-length: 0\r\nConnection: keep-alive\r\n\r\n`);
  });

  it('keeps the order and the values of repeated header fields', async () => {
    const headers = { host: ['h'], 'x-b': ['1', '2'], cookie: ['a=1; b=2'], 'x-a': [''], 'x-b-2': ['3'] };
    expect(await wireOf({ headers })).toContain('\r\nx-b: 1\r\nx-b: 2\r\ncookie: a=1; b=2\r\nx-a: \r\nx-b-2: 3\r\n');
  });

  it('carries the body of a GET', async () => {
    expect(await wireOf({ method: 'GET', body: Spool.of(Buffer.from('q')) })).toMatch(/content-length: 1\r\n(.*\r\n)*\r\nq$/);
  });

  it("lacks the hop-by-hop headers of the visitor's request", async () => {
    const wire = await wireOf({
      headers: {
        host: ['h'],
        connection: ['x-hop, keep-alive'],
        'x-hop': ['1'],
        te: ['trailers'],
        expect: ['100-continue'],
        'x-end': ['2'],
      },
    });
    expect(wire).toBe('GET / HTTP/1.1\r\nhost: h\r\nx-end: 2\r\nConnection: keep-alive\r\n\r\n');
  });

  it('keeps bytes above ASCII in path and query unchanged', async () => {
    expect(await wireOf({ uri: '/\u00c3\u00a9?\u00ff' })).toMatch(/^GET \/\u00c3\u00a9\?\u00ff HTTP/);
  });

  it('has the address of the local service as Host when the visitor sent no Host', async () => {
    expect(await wireOf({ headers: {} })).toMatch(/^GET \/ HTTP\/1.1\r\nhost: 127.0.0.1:\d+\r\n/);
  });
});

describe('a request body larger than the socket buffers', () => {
  const large = (): Promise<Spool> => Spool.from(Readable.from([Buffer.alloc(3_000_000, 'a'), Buffer.alloc(3_000_000, 'b')]));

  it('reaches a local service that reads slowly, byte for byte', async () => {
    const hash = createHash('sha256');
    const server = fixture.keep(
      await startRawServer((socket, data) => {
        hash.update(data);
        socket.pause();
        setTimeout(() => socket.resume(), 1);
        if (data.at(-1) === '!'.charCodeAt(0)) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      }),
    );
    const body = await Spool.from(Readable.from([Buffer.alloc(6_000_000, 'a'), Buffer.from('!')]));
    const response = await serviceAt(server.port).ask(request({ method: 'POST', headers: { host: ['h'] }, body }), 20_000);
    await body.close();
    expect(response.status).toBe(200);
    const head = 'POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 6000001\r\nConnection: keep-alive\r\n\r\n';
    const sent = createHash('sha256').update(head).update(Buffer.alloc(6_000_000, 'a')).update('!');
    expect(hash.digest('hex')).toBe(sent.digest('hex'));
  });

  it('is sent to its end when the local service answers before the end of the body', async () => {
    let read = 0;
    const server = fixture.keep(
      await startRawServer((socket, data) => {
        if (read === 0) socket.write('HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n');
        read += data.length;
        socket.pause();
        setTimeout(() => socket.resume(), 2);
      }),
    );
    const body = await large();
    const service = serviceAt(server.port);
    expect((await service.ask(request({ method: 'POST', body }), 20_000)).status).toBe(202);
    await body.close();
    expect(read).toBeLessThan(6_000_000);
    await eventually(() => read > 6_000_000);
  });

  it('does not delay the answer of a service that never reads it, and the connection ends at the timeout', async () => {
    let isCutOff = false;
    const server = fixture.keep(
      await startRawServer((socket) => {
        if (socket.isPaused()) return;
        socket.pause();
        socket.write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n');
        // Without reading, a socket does not notice that its other end has closed; a write notices.
        const probe = setInterval(() => socket.write('x'), 20);
        socket.once('close', () => (clearInterval(probe), (isCutOff = true)));
      }),
    );
    const body = await large();
    expect((await serviceAt(server.port).ask(request({ method: 'POST', body }), 300)).status).toBe(413);
    await body.close();
    await eventually(() => isCutOff);
  });
});

describe('connections to the local service', () => {
  it('are reused for consecutive requests', async () => {
    const server = fixture.keep(await startLocalServer((_incoming, response) => response.end('ok')));
    const service = serviceAt(server.port);
    for (let i = 0; i < 10; i += 1) await service.ask(request(), 1000);
    expect(server.connections()).toBe(1);
  });

  it('lead to the target, whatever Host and X-Forwarded-Host say', async () => {
    const other = fixture.keep(await startLocalServer((_incoming, response) => response.end('other')));
    const own = fixture.keep(await startLocalServer((_incoming, response) => response.end('own')));
    const host = [`127.0.0.1:${other.port}`];
    const response = await serviceAt(own.port).ask(request({ headers: { host, 'x-forwarded-host': host } }), 1000);
    expect((await response.body.whole()).toString()).toBe('own');
    expect(other.connections()).toBe(0);
  });
});
