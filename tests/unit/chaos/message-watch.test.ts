import { MessageWatch } from '../../../chaos/world/message-watch';
import { StolenRequests } from '../../../chaos/world/stolen-requests';
import type { AwsCall, InvokeResult } from '../../../emulator/services';
import { encodeMessage, type HttpRequestMessage } from '../../../protocol';

const REQUEST: HttpRequestMessage = {
  type: 'http_request',
  request_id: 'r1',
  method: 'GET',
  uri: '/',
  headers: {},
  body: '',
  timestamp: 1,
  ticket: 'sealed',
};
const OK = { kind: 'ok', payload: {} } as const satisfies InvokeResult;
const FAILED: InvokeResult = { kind: 'error', errorType: 'Error', errorMessage: 'out of order' };
const ANN = { tunnelId: 'ann-web', owner: 'ann' };

let stolen: StolenRequests;
let watch: MessageWatch;
beforeEach(() => {
  stolen = new StolenRequests(() => 0);
  watch = new MessageWatch(stolen);
});

const post = (text: string): unknown =>
  watch.intercept({ service: 'execute-api', body: Buffer.from(text) } as AwsCall, async () => ({ status: 200, body: '' }));
const answer = (authorizer: object, message: object = {}, result: InvokeResult = OK): Promise<InvokeResult> =>
  watch.interceptInvocation(
    {
      functionArn: 'f',
      payload: { requestContext: { authorizer }, body: JSON.stringify({ type: 'http_response', request_id: 'r1', ...message }) },
    },
    async () => result,
  );

test('a request that is posted to an agent can be stolen with its ticket, and is over when its own agent has answered', async () => {
  await post(encodeMessage(REQUEST));
  expect([stolen.waiting(), stolen.over()]).toEqual([{ requestId: 'r1', ticket: 'sealed' }, undefined]);
  await answer(ANN);
  expect([stolen.waiting(), stolen.over()]).toEqual([undefined, { requestId: 'r1', ticket: 'sealed' }]);
});

test.each([
  ['http_response', {}],
  ['error', { type: 'error' }],
])('an %s of an honest agent is taken when receive-message has not failed on it, at the first time', async (_, message) => {
  const before = Date.now();
  await answer(ANN, message);
  const at = watch.taken.get('r1');
  expect(at).toBeGreaterThanOrEqual(before);
  await new Promise((resolve) => setTimeout(resolve, 5));
  await answer(ANN, { ...message, again: true });
  expect(watch.taken.get('r1')).toBe(at);
});

test.each<[string, object, object, InvokeResult]>([
  ['on which receive-message failed', ANN, {}, FAILED],
  ['that was throttled', ANN, {}, { kind: 'throttled', reason: 'many' }],
  ['of the hostile agent', { tunnelId: 'eve-trap', owner: 'eve' }, {}, OK],
  ['of another owner who says that the tunnel is his', { tunnelId: 'ann-web', owner: 'eve' }, {}, OK],
])('an answer %s is not taken', async (_, authorizer, message, result) => {
  expect(await answer(authorizer, message, result)).toBe(result);
  expect(watch.taken.size).toBe(0);
});

test('a message that is no answer is not taken, and no post but a request begins one', async () => {
  for (const type of ['upload_request', 'ping', 'ready']) await answer(ANN, { type });
  await answer(ANN, { request_id: null });
  for (const text of ['', 'null', 'garbage', '{"version":3,"requestId":"r1"}', encodeMessage({ type: 'answer_wanted', request_id: 'r1' })])
    await post(text);
  await watch.interceptInvocation(
    { functionArn: 'f', payload: { rawPath: '/', body: '{"type":"error","request_id":"r1"}' } },
    async () => OK,
  );
  expect([watch.taken.size, stolen.waiting()]).toEqual([0, undefined]);
});

test('a row without a ticket and a post with one are the same request', () => {
  stolen.begin({ requestId: 'r1', ticket: 'sealed' });
  stolen.begin({ requestId: 'r1' });
  expect(stolen.waiting()).toEqual({ requestId: 'r1', ticket: 'sealed' });
});

test('requests that never end make room for newer ones', () => {
  for (let i = 0; i < 100; i++) stolen.begin({ requestId: `r${i}` });
  expect(Number(stolen.waiting()?.requestId.slice(1))).toBeGreaterThan(50);
});
