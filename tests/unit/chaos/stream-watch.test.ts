import { PassThrough } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { StreamWatch } from '../../../chaos/world/stream-watch';
import type { InvocationRecord } from '../../../emulator/lambda/invocation';
import type { InvokeResult, StreamedResult } from '../../../emulator/services';

const record = (requestId: string): InvocationRecord => ({
  at: 5000,
  functionName: 'stream-request',
  requestId,
  environmentId: 'e',
  coldStart: false,
  waitedMs: 0,
  durationMs: 1234,
  billedMs: 1234,
  kind: 'ok',
});

const visited = async (watch: StreamWatch, rawPath: string | undefined, result: InvokeResult | StreamedResult): Promise<void> => {
  const payload = rawPath === undefined ? {} : { rawPath };
  expect(await watch.intercept({ functionArn: 'arn', payload }, async () => result)).toBe(result);
};
const streamOf = (body: PassThrough): StreamedResult => ({ kind: 'stream', requestId: 'i1', head: { contentType: 'text/plain' }, body });

test('the end of a waiter is known by the nonce of its request, with its duration', async () => {
  const watch = new StreamWatch();
  await visited(watch, '/ann/n/v1', streamOf(new PassThrough()));
  expect(watch.waiters.size).toBe(0);
  watch.onInvocation(record('i1'));
  await nextTurn();
  expect([...watch.waiters]).toEqual([['v1', { endedAt: 5000, ranMs: 1234 }]]);
});

test('a stream that fails has the error of its function, also when the error comes a moment after the end of the invocation', async () => {
  const watch = new StreamWatch();
  const body = new PassThrough();
  await visited(watch, '/ann/n/v1', streamOf(body));
  watch.onInvocation(record('i1'));
  body.destroy(new Error('the stream was cut: idle'));
  await nextTurn();
  expect(watch.waiters.get('v1')).toEqual({ endedAt: 5000, ranMs: 1234, failure: 'the stream was cut: idle' });
});

test('whole answers, messages of agents and unknown invocations are left alone', async () => {
  const watch = new StreamWatch();
  await visited(watch, '/ann/n/v1', { kind: 'ok', payload: {}, requestId: 'i1' });
  await visited(watch, undefined, streamOf(new PassThrough()));
  watch.onInvocation(record('i1'));
  await nextTurn();
  expect(watch.waiters.size).toBe(0);
});
