import type { Readable } from 'node:stream';
import type { InvocationRecord } from '../../../emulator/lambda/invocation';
import { tellsCpuTime } from '../../../emulator/lambda/process-cpu';
import type { InvokeResult, StreamedResult } from '../../../emulator/services';
import { eventually } from '../../support/eventually';
import { arnOf, startLambda, type LambdaFixture } from '../../support/lambda-fixture';

const streaming = (body: string): string => `exports.handler = awslambda.streamifyResponse(async (event, stream, context) => { ${body} });`;

const MB = 1024 * 1024;
let lambda: LambdaFixture;

beforeAll(async () => {
  lambda = await startLambda(
    {
      head: streaming(`
        stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { 'x-a': 'b' }, cookies: ['c=d'] });
        stream.write('one ');
        stream.write(Buffer.from('two '));
        stream.end(event.last);`),
      typed: streaming(`stream.setContentType('text/event-stream'); stream.write({ a: 1 }); stream.end();`),
      silent: streaming(`awslambda.HttpResponseStream.from(stream, { statusCode: 301 }).end();`),
      late: streaming(`stream.write('x'); stream.setContentType('text/plain');`),
      piped: streaming(`
        const source = require('node:stream').Readable.from((function* () {
          for (let i = 0; i < 5 * 1024; i++) yield Buffer.alloc(1024, i % 251);
        })());
        await require('node:stream/promises').pipeline(source, awslambda.HttpResponseStream.from(stream, {}));`),
      whole: `exports.handler = async (event) => ({ given: event });`,
      'fails-early': streaming(`awslambda.HttpResponseStream.from(stream, {}); throw new TypeError('too early');`),
      'fails-late': streaming(`stream.write('begun'); throw new RangeError('too late');`),
      'fails-after': streaming(`stream.end('all'); throw new Error('after the end');`),
      'is-destroyed': streaming(
        `stream.write('begun'); await new Promise((go) => setTimeout(go, 50)); stream.destroy(new Error('gave up'));`,
      ),
      crashes: streaming(`stream.write('begun'); setTimeout(() => { throw new Error('crash') }, 50); await new Promise(() => undefined);`),
      exits: streaming(`stream.write('begun', () => setTimeout(() => process.exit(3), 50)); await new Promise(() => undefined);`),
      hangs: { timeoutMs: 1000, files: { 'index.js': streaming(`stream.write('begun'); await new Promise(() => undefined);`) } },
      'never-ends': { timeoutMs: 1000, files: { 'index.js': streaming(`stream.write('begun');`) } },
      'not-async': `exports.handler = awslambda.streamifyResponse((event, stream) => { stream.write('x'); });`,
      garbled: streaming(
        `stream.setContentType('application/vnd.awslambda.http-integration-response'); stream.end('no JSON' + '\\0'.repeat(8) + 'body');`,
      ),
      json: streaming(`stream.end('{"a":1}');`),
      text: streaming(`stream.end('no JSON');`),
      returns: streaming(`stream.end('x'); return 1;`),
      floods: streaming(`
        let written = 0;
        const report = setInterval(() => console.log('written ' + written), 100);
        stream.on('error', (error) => console.log('stream error ' + error.code));
        for (let i = 0; i < 64 * 16; i++) {
          written += 64 * 1024;
          if (!stream.write(Buffer.alloc(64 * 1024))) {
            await new Promise((go) => { stream.once('drain', go); stream.once('close', go); });
          }
          if (stream.destroyed) break;
        }
        clearInterval(report);
        if (!stream.destroyed) stream.end();`),
      reserved: {
        reservedConcurrency: 1,
        files: { 'index.js': streaming(`stream.write('x'); await new Promise((go) => setTimeout(go, event.ms)); stream.end();`) },
      },
    },
    { limits: { streamedBytes: 100 * MB, streamedBurstBytes: 200 * MB } },
  );
});
afterAll(() => lambda.close());

const invoke = (name: string, payload: unknown = {}): Promise<InvokeResult | StreamedResult> =>
  lambda.service.invokeStreaming(arnOf(name), payload);

async function streamOf(name: string, payload?: unknown): Promise<StreamedResult> {
  const result = await invoke(name, payload);
  if (result.kind !== 'stream') throw new Error(`${name} gave no stream: ${JSON.stringify(result)}`);
  return result;
}

async function bytesOf(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function recordOf({ requestId }: StreamedResult): Promise<InvocationRecord> {
  const find = (): InvocationRecord | undefined => lambda.records.find((each) => each.requestId === requestId);
  await eventually(() => find() !== undefined);
  return find() as InvocationRecord;
}

describe('a streaming function', () => {
  test('gives its metadata as the head, and what it writes as the body', async () => {
    const { head, body } = await streamOf('head', { last: 'three' });
    expect(head.metadata).toEqual({ statusCode: 201, headers: { 'x-a': 'b' }, cookies: ['c=d'] });
    expect((await bytesOf(body)).toString()).toBe('one two three');
  });

  test('without metadata has only its content type as the head; a value is written as JSON', async () => {
    const { head, body } = await streamOf('typed');
    expect(head).toEqual({ contentType: 'text/event-stream' });
    expect((await bytesOf(body)).toString()).toBe('{"a":1}');
  });

  test('that ends without a write loses its metadata, as on AWS', async () => {
    const { head, body } = await streamOf('silent');
    expect(head).toEqual({ contentType: 'application/octet-stream' });
    expect(await bytesOf(body)).toHaveLength(0);
  });

  test('can use pipeline: 5 MB arrive in order', async () => {
    const bytes = await bytesOf((await streamOf('piped')).body);
    expect(bytes).toHaveLength(5 * MB);
    for (let i = 0; i < 5 * 1024; i++) if (bytes[i * 1024] !== i % 251 || bytes[i * 1024 + 1023] !== i % 251) throw new Error(`block ${i}`);
  });

  test('holds its concurrency until its stream has ended', async () => {
    const first = await streamOf('reserved', { ms: 500 });
    expect(await invoke('reserved')).toMatchObject({ kind: 'throttled' });
    await bytesOf(first.body);
    expect((await recordOf(first)).durationMs).toBeGreaterThanOrEqual(490);
    expect(await invoke('reserved', { ms: 0 })).toMatchObject({ kind: 'stream' });
  });

  test.each([
    ['json', { kind: 'ok', payload: { a: 1 } }],
    ['text', { kind: 'ok', payload: 'no JSON' }],
    ['fails-late', { kind: 'error', errorType: 'RangeError', errorMessage: 'too late' }],
  ])('gives the whole response to an invoker that takes no streams: %s', async (name, expected) => {
    expect(await lambda.invoke(name)).toEqual(expected);
  });

  test('that returns a value is warned that the value is ignored', async () => {
    const result = await streamOf('returns');
    await bytesOf(result.body);
    await recordOf(result);
    expect(lambda.lines.some(({ text }) => text.includes('Streaming handlers ignore return values.'))).toBe(true);
  });
});

test('a function that does not stream gives its whole result', async () => {
  expect(await invoke('whole', { a: 1 })).toMatchObject({ kind: 'ok', payload: { given: { a: 1 } } });
});

describe('a failure', () => {
  test.each([
    ['fails-early', 'TypeError', 'too early'],
    ['garbled', 'Runtime.MarshalError', 'The metadata of the streamed response is not a JSON object that eight NUL bytes end'],
  ])('before the head is the result: %s', async (name, errorType, errorMessage) => {
    expect(await invoke(name)).toMatchObject({ kind: 'error', errorType, errorMessage });
  });

  test.each([
    ['fails-late', 'RangeError', /^too late$/],
    ['not-async', 'Error', /^Streaming does not support non-async handlers\.$/],
    ['late', 'Error', /^Cannot set content-type, too late\.$/],
    ['is-destroyed', 'Error', /^gave up$/],
    ['crashes', 'Error', /^crash$/],
    ['exits', 'Runtime.ExitError', /exit status 3/],
    ['hangs', 'Sandbox.Timedout', /Task timed out after 1\.00 seconds/],
    ['never-ends', 'Sandbox.Timedout', /Task timed out after 1\.00 seconds/],
  ])('in mid-stream destroys the body: %s', async (name, errorType, message) => {
    const result = await streamOf(name);
    await expect(bytesOf(result.body)).rejects.toThrow(message);
    expect(await recordOf(result)).toMatchObject({ kind: 'error', errorType });
  });

  test('a response above the limit is cut, and its invocation fails', async () => {
    const small = await startLambda({ large: streaming(`stream.end(Buffer.alloc(300000));`) }, { limits: { streamedBytes: 200_000 } });
    try {
      const result = await small.service.invokeStreaming(arnOf('large'), {});
      if (result.kind !== 'stream') throw new Error(result.kind);
      await expect(bytesOf(result.body)).rejects.toThrow('exceeded maximum allowed payload size (200000 bytes)');
      await eventually(() => expect(small.records).toMatchObject([{ errorType: 'Function.ResponseSizeTooLarge' }]));
    } finally {
      await small.close();
    }
  });

  test('after the end of the stream changes nothing', async () => {
    expect((await bytesOf((await streamOf('fails-after')).body)).toString()).toBe('all');
  });
});

describe('a reader', () => {
  const written = (requestId: string): number =>
    Math.max(
      0,
      ...lambda.lines.filter((line) => line.requestId === requestId).map(({ text }) => Number(/written (\d+)/.exec(text)?.[1] ?? 0)),
    );
  const errorsOf = (requestId: string): string[] =>
    lambda.lines.filter((line) => line.requestId === requestId && line.text.includes('stream error')).map(({ text }) => text);

  /** Waits until the function has not written for half a second. @returns the bytes that it has written */
  async function stopped(requestId: string): Promise<number> {
    let before = 0;
    await eventually(async () => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      const now = written(requestId);
      const isStill = now > 0 && now === before;
      before = now;
      return isStill;
    });
    return before;
  }

  test('who does not read stops the function after a bounded number of bytes, and gets all of them later', async () => {
    const { requestId, body } = await streamOf('floods');
    // Nearly all of it is in the buffers of the system's sockets.
    expect(await stopped(requestId)).toBeLessThan(16 * MB);
    expect(body.readableLength).toBeLessThanOrEqual(128 * 1024);
    expect(await bytesOf(body)).toHaveLength(64 * MB);
    expect(errorsOf(requestId)).toEqual([]);
  });

  test('who drops the rest lets the function run to its end', async () => {
    const result = await streamOf('floods');
    result.body.resume();
    expect(await recordOf(result)).toMatchObject({ kind: 'ok' });
    expect(errorsOf(result.requestId)).toEqual([]);
  });

  test('who destroys the body makes the stream of the function fail', async () => {
    const result = await streamOf('floods');
    await stopped(result.requestId);
    result.body.destroy();
    await recordOf(result);
    expect(errorsOf(result.requestId)).toHaveLength(1);
  });
});

test('what is above the first bytes of a response goes at the bandwidth of AWS', async () => {
  const slow = await startLambda(
    { sends: streaming(`stream.end(Buffer.alloc(600000));`) },
    { limits: { streamedBurstBytes: 400_000, streamedBytesPerSecond: 200_000 } },
  );
  try {
    const result = await slow.service.invokeStreaming(arnOf('sends'), {});
    if (result.kind !== 'stream') throw new Error(result.kind);
    const beganAt = performance.now();
    expect(await bytesOf(result.body)).toHaveLength(600_000);
    // 200,000 bytes at 200,000 bytes a second; timers may fire a little early.
    expect(performance.now() - beganAt).toBeGreaterThan(950);
  } finally {
    await slow.close();
  }
});

test('a stream of a function with a share of a core is as slow as the share makes it, and whole', async () => {
  const burns = streaming(`
    for (let i = 0; i < 5; i++) {
      const until = process.cpuUsage().user + 10000;
      while (process.cpuUsage().user < until);
      stream.write('x');
    }
    stream.end();`);
  const shared = await startLambda({ burns: { memoryMb: 256, files: { 'index.js': burns } } }, { cpuShare: tellsCpuTime() });
  try {
    const result = await shared.service.invokeStreaming(arnOf('burns'), {});
    if (result.kind !== 'stream') throw new Error(result.kind);
    expect((await bytesOf(result.body)).toString()).toBe('xxxxx');
    await eventually(() => shared.records.length === 1);
    const [record] = shared.records;
    // 50 ms of CPU time at 0.145 of a core; the quota of the first period is free.
    if (tellsCpuTime()) expect(record?.durationMs).toBeGreaterThan(250);
    expect(record?.kind).toBe('ok');
  } finally {
    await shared.close();
  }
});
