import { setTimeout as sleep } from 'node:timers/promises';
import { NONCE_HEADER } from '../../../bench/bench-service';
import { Timeline } from '../../../bench/timeline';
import type { InvocationRecord } from '../../../emulator/lambda/invocation';
import type { InvokeResult } from '../../../emulator/services';

const answer = (nonce: string): object => ({
  body: JSON.stringify({ type: 'http_response', request_id: 'r', headers: { [NONCE_HEADER]: [nonce] } }),
});
const result = (requestId: string): InvokeResult => ({ kind: 'ok', payload: {}, requestId });
const record = (requestId: string, more: Partial<InvocationRecord> = {}): InvocationRecord => ({
  at: 0,
  functionName: 'f',
  requestId,
  environmentId: 'e',
  coldStart: false,
  waitedMs: 0,
  durationMs: 99.5,
  billedMs: 100,
  kind: 'ok',
  ...more,
});

test('the return time lasts from the arrival of the answer at the gateway to the return of forward-request', async () => {
  const timeline = new Timeline();
  let wake: () => void = () => undefined;
  const woken = new Promise<void>((resolve) => (wake = resolve));
  const forwarding = timeline.intercept({ functionArn: 'f', payload: { rawPath: '/bench/n/7' } }, async () => {
    await woken;
    return result('forward');
  });
  const begin = performance.now();
  await sleep(30);
  await timeline.intercept({ functionArn: 'r', payload: answer('7') }, async () => {
    await sleep(40);
    wake();
    return result('receive');
  });
  await forwarding;
  const { answeredAt = NaN, returnedAt = NaN } = timeline.of('7');
  expect(returnedAt - answeredAt).toBeGreaterThanOrEqual(38);
  // The time before the answer does not count.
  expect(returnedAt - answeredAt).toBeLessThanOrEqual(performance.now() - begin - 29);
});

test('a request has the bill of forward-request, and is cold when one of the two functions had a cold start', async () => {
  const timeline = new Timeline();
  await timeline.intercept({ functionArn: 'f', payload: { rawPath: '/bench/n/1' } }, async () => result('forward'));
  await timeline.intercept({ functionArn: 'r', payload: answer('1') }, async () => result('receive'));
  timeline.onInvocation(record('forward', { billedMs: 321 }));
  expect(timeline.of('1')).toMatchObject({ billedMs: 321, cold: false });
  timeline.onInvocation(record('receive', { billedMs: 5, coldStart: true }));
  expect(timeline.of('1')).toMatchObject({ billedMs: 321, cold: true });
});

test('other messages of an agent pass unchanged and are not recorded', async () => {
  const timeline = new Timeline();
  const passed = await timeline.intercept({ functionArn: 'r', payload: { body: '{"type":"ping"}' } }, async () => result('ping'));
  expect(passed).toEqual(result('ping'));
  expect(timeline.of('')).toEqual({ cold: false });
});
