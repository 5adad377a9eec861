import { decodeCloudMessage, MAX_MESSAGE_BYTES } from '../../../protocol';
import { RequestBodies } from '../../../functions/core/request-bodies';
import { requestMessage } from '../../../functions/core/request-message';
import { InMemoryBodies } from '../../support/in-memory-bodies';
import { visitorRequest } from '../../support/visitor-request';

const ROUTE = { tunnelId: 'demo', uri: '/a' };

/** The message for a request; `store` is missing for an agent that cannot fetch bodies. */
function messageFor(
  body: Uint8Array,
  { store, headers = {}, ticket }: { store?: InMemoryBodies; headers?: Record<string, string[]>; ticket?: string } = {},
) {
  const bodies = store && new RequestBodies('r1', store);
  return requestMessage({
    requestId: 'r1',
    request: visitorRequest({ body, headers, arrivedAt: 7 }),
    route: ROUTE,
    deadline: 9,
    bodies,
    ticket,
    stream: undefined,
  });
}

/** The largest body that fits a message. Base64 makes four characters of three bytes. */
async function largestBody(): Promise<Buffer> {
  const spare = MAX_MESSAGE_BYTES - Buffer.byteLength(await messageFor(new Uint8Array()));
  return Buffer.alloc(Math.floor(spare / 4) * 3, 'x');
}

test('the message of a request contains the body in base64, the arrival time and the deadline', async () => {
  expect(decodeCloudMessage(await messageFor(Buffer.from('hi')))).toEqual({
    type: 'http_request',
    request_id: 'r1',
    method: 'GET',
    uri: '/a',
    headers: { 'x-forwarded-for': ['192.0.2.1'], via: ['1.1 http-tunnel'] },
    body: 'aGk=',
    timestamp: 7,
    deadline: 9,
  });
});

test('a body that fits is put into the message, with and without a body store', async () => {
  const body = await largestBody();
  const store = new InMemoryBodies();
  expect(decodeCloudMessage(await messageFor(body, { store }))).toMatchObject({ body: body.toString('base64') });
  expect(store.bodies.size).toBe(0);
  await expect(messageFor(Buffer.concat([body, Buffer.from('more')]))).rejects.toMatchObject({ code: 'request_too_large' });
});

test('a body that does not fit into the message is put into the body store', async () => {
  const store = new InMemoryBodies();
  const body = Buffer.concat([await largestBody(), Buffer.from('more')]);
  expect(decodeCloudMessage(await messageFor(body, { store }))).toMatchObject({ body: '', body_ref: { bytes: body.length } });
  expect([...store.bodies.keys()]).toEqual(['requests/r1']);
});

test('a request whose headers do not fit into the message is refused, and an empty body is not put into the store', async () => {
  const store = new InMemoryBodies();
  const headers = { 'x-a': ['x'.repeat(MAX_MESSAGE_BYTES)] };
  await expect(messageFor(new Uint8Array(), { store, headers })).rejects.toMatchObject({ code: 'request_too_large' });
  expect(store.bodies.size).toBe(0);
  await expect(messageFor(Buffer.alloc(MAX_MESSAGE_BYTES), { store, headers })).rejects.toMatchObject({ code: 'request_too_large' });
});

test('the message of a request with a ticket contains the ticket, which counts towards the size of the message', async () => {
  expect(decodeCloudMessage(await messageFor(new Uint8Array(), { ticket: 'sealed' }))).toMatchObject({ ticket: 'sealed' });
  const body = await largestBody();
  await expect(messageFor(body)).resolves.toBeDefined();
  await expect(messageFor(body, { ticket: 'sealed' })).rejects.toMatchObject({ code: 'request_too_large' });
});
