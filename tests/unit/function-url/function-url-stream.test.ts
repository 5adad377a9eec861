import { createHash } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { connect } from 'node:net';
import { eventually } from '../../support/eventually';
import { startFunctionUrl, streamingHandler, type UrlFixture, type UrlFixtureOptions } from '../../support/function-url';
import { sendRaw } from '../../support/gateway-raw-http';

const MB = 1024 * 1024;
let url: UrlFixture;
afterEach(() => url.close());

async function start(body: string, options?: UrlFixtureOptions): Promise<void> {
  url = await startFunctionUrl(streamingHandler(body), options);
}

const get = (): Promise<Response> => fetch(`http://127.0.0.1:${url.port}/`);

/** Writes 64 MB, reports how much it has written, and tells when its stream fails. */
const FLOODS = `
  let written = 0;
  const report = setInterval(() => console.log('written ' + written), 100);
  stream.on('error', () => console.log('stream failed'));
  const out = from({ statusCode: 200 });
  for (let i = 0; i < 1024 && !stream.destroyed; i++) {
    written += 65536;
    if (!out.write(Buffer.alloc(65536, i % 251))) await new Promise((go) => { stream.once('drain', go); stream.once('close', go); });
  }
  clearInterval(report);
  console.log('written ' + written);
  if (!stream.destroyed) stream.end();`;
const FAST = { streamedBurstBytes: 200 * MB };

const texts = (): string[] => url.lambda.lines.map(({ text }) => text);
const written = (): number => Math.max(0, ...texts().map((text) => Number(/written (\d+)/.exec(text)?.[1] ?? 0)));

/** Waits until the function has not written for half a second. */
async function untilStopped(): Promise<void> {
  let before = 0;
  await eventually(async () => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const now = written();
    const isStill = now > 0 && now === before;
    before = now;
    return isStill;
  });
}

test('the first bytes come before the function has ended', async () => {
  await start(`stream = from({ statusCode: 200 }); stream.write('first'); await new Promise((go) => (globalThis.go = go));`, {
    spec: { timeoutMs: 3000 },
  });
  const reader = (await get()).body?.getReader();
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('first');
  expect(url.lambda.records).toEqual([]);
  // The function never ends its stream: its time-out cuts the connection.
  await expect(reader?.read()).rejects.toThrow('terminated');
});

test('5 MB arrive whole and in order', async () => {
  await start(`
    const { pipeline } = require('node:stream/promises');
    const source = function* () { for (let i = 0; i < 5 * 1024; i++) yield require('node:crypto').createHash('sha512').update(String(i)).digest().subarray(0, 64).toString('hex').repeat(8); };
    await pipeline(require('node:stream').Readable.from(source()), from({}));`);
  const expected = createHash('sha256');
  for (let i = 0; i < 5 * 1024; i++) expected.update(createHash('sha512').update(String(i)).digest('hex').repeat(8));
  const bytes = Buffer.from(await (await get()).arrayBuffer());
  expect(bytes).toHaveLength(5 * MB);
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(expected.digest('hex'));
});

test.each([
  ['a failure', `stream.write('begun'); await pause(100); throw new Error('in mid-stream');`],
  ['an end of the process', `stream.write('begun'); await pause(100); process.exit(1);`],
  ['a time-out', `stream.write('begun'); await pause(60000);`],
])('%s in mid-stream cuts the connection: no client takes the body for whole', async (_what, body) => {
  await start(`stream = from({ statusCode: 200 }); ${body}`, { spec: { timeoutMs: 1500 } });
  const response = await get();
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow('terminated');
  const raw = await sendRaw(url.port, 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  expect(raw).toMatch(/^HTTP\/1\.1 200 OK/);
  expect(raw.endsWith('0\r\n\r\n')).toBe(false);
});

test('for a client of HTTP/1.0, to whom the end of the connection is the end of the body, the connection is reset', async () => {
  await start(`stream = from({ statusCode: 200 }); stream.write('begun'); await pause(200); throw new Error('in mid-stream');`);
  const socket = connect(url.port, '127.0.0.1');
  socket.write('GET / HTTP/1.0\r\nHost: localhost\r\n\r\n');
  const failed = once(socket, 'error') as Promise<[NodeJS.ErrnoException]>;
  socket.resume();
  expect((await failed)[0].code).toBe('ECONNRESET');
});

test('a response above the limit is cut', async () => {
  await start(
    `stream = from({ statusCode: 200 }); for (let i = 0; i < 4; i++) { stream.write(Buffer.alloc(100000)); await pause(20); } stream.end();`,
    {
      lambdaLimits: { streamedBytes: 300_000 },
    },
  );
  await expect((await get()).arrayBuffer()).rejects.toThrow('terminated');
  await eventually(() => expect(url.lambda.records).toMatchObject([{ errorType: 'Function.ResponseSizeTooLarge' }]));
});

test('a response that takes longer than a function URL allows is cut', async () => {
  await start(`stream = from({ statusCode: 200 }); stream.write('begun'); await pause(60000);`, { limits: { longestMs: 1500 } });
  await expect((await get()).text()).rejects.toThrow('terminated');
});

test('a visitor who does not read stops the function after a bounded number of bytes, and gets all of them later', async () => {
  await start(FLOODS, { lambdaLimits: FAST });
  const request = http.get({ port: url.port, host: '127.0.0.1' });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  const before = process.memoryUsage();
  await untilStopped();
  // Nearly all of it is in the buffers of the system's sockets, of both connections.
  expect(written()).toBeLessThan(32 * MB);
  const after = process.memoryUsage();
  expect(after.external - before.external).toBeLessThan(8 * MB);
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) bytes += chunk.length;
  expect(bytes).toBe(64 * MB);
});

/** Asks, waits until the function has stopped, and leaves. */
async function leaveEarly(): Promise<void> {
  const request = http.get({ port: url.port, host: '127.0.0.1' });
  request.on('error', () => undefined);
  await once(request, 'response');
  await untilStopped();
  request.destroy();
}

test('when a visitor leaves, the function is told nothing, runs on and writes everything', async () => {
  await start(FLOODS, { lambdaLimits: FAST });
  await leaveEarly();
  await eventually(() => expect(url.lambda.records).toMatchObject([{ kind: 'ok' }]));
  expect(written()).toBe(64 * MB);
  expect(texts()).not.toContainEqual(expect.stringContaining('stream failed'));
});

test('when a visitor leaves and the function is told, the stream of the function fails', async () => {
  await start(FLOODS, { lambdaLimits: FAST, limits: { tellsWhenVisitorLeaves: true } });
  await leaveEarly();
  await eventually(() => expect(url.lambda.records).toHaveLength(1));
  expect(texts()).toContainEqual(expect.stringContaining('stream failed'));
  expect(written()).toBeLessThan(64 * MB);
});

test('when a visitor leaves before the response has begun, the function runs on to its end', async () => {
  await start(
    `await pause(500); stream = from({}); for (let i = 0; i < 512; i++) if (!stream.write(Buffer.alloc(65536))) await new Promise((go) => stream.once('drain', go)); stream.end();`,
    {
      lambdaLimits: FAST,
      spec: { timeoutMs: 60_000 },
    },
  );
  const request = http.get({ port: url.port, host: '127.0.0.1' });
  request.on('error', () => undefined);
  await eventually(() => url.lambda.service.concurrencyOf('visitor') === 1);
  request.destroy();
  await eventually(() => expect(url.lambda.records).toMatchObject([{ kind: 'ok' }]));
});

test('streams on one connection are answered one after the other, each to its own request', async () => {
  await start(
    `stream = from({}); for (const part of ['a', 'b', 'c']) { stream.write(event.rawPath + part); await pause(20); } stream.end();`,
  );
  const ask = (name: string, last = ''): string => `GET /${name} HTTP/1.1\r\nHost: localhost\r\n${last}\r\n`;
  const received = await sendRaw(url.port, ask('one') + ask('two') + ask('three', 'Connection: close\r\n'));
  expect(received.match(/\/(one|two|three)[abc]/g)).toEqual(
    ['one', 'two', 'three'].flatMap((name) => ['a', 'b', 'c'].map((part) => `/${name}${part}`)),
  );
  expect(received.match(/\r\n0\r\n\r\n/g)).toHaveLength(3);
});

test('a visitor who sends two requests at once and leaves stops neither function', async () => {
  await start(FLOODS, { lambdaLimits: FAST });
  const socket = connect(url.port, '127.0.0.1');
  socket.write('GET /1 HTTP/1.1\r\nHost: localhost\r\n\r\nGET /2 HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await untilStopped();
  socket.destroy();
  await eventually(() => expect(url.lambda.records).toMatchObject([{ kind: 'ok' }, { kind: 'ok' }]));
});
