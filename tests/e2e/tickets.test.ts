import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { validateFaultPlan } from '../../emulator/faults/fault-plan';
import { TICKET_KEYS_ID } from '../../functions/core/ticket-keys';
import { newTicketKey, sealTicket } from '../../functions/ticket-seal';
import { sumOfMetric } from '../support/emf';
import { eventually } from '../support/eventually';
import { ask } from '../support/http-client';
import { listenOnAnyPort } from '../support/listen';
import { MinimalAgent } from '../support/minimal-agent';
import { putTicketKeys } from '../support/ticket-keys';
import { functionOf, startCloud, tableOf, type CloudUnderTest } from '../support/tunnel';
import { tunnelRow } from '../support/table-rows';

/** When the waiter asks first, in ms. */
const ASK_MS = 400;
/** So long that nobody asks, also on a busy machine. In ms. */
const NEVER_MS = 27_000;
const DEADLINE_MS = 12_000;
const PLAN = validateFaultPlan(
  {
    seed: 3,
    faults: [
      { name: 'wakes-are-lost', on: 'frames', match: { api: 'wake-channel', direction: 'to-client' }, do: 'drop', switched: true },
      { name: 'receiver-fails', on: 'invocations', match: { function: 'receive-message' }, do: 'fail', switched: true },
      {
        name: 'wakes-are-refused',
        on: 'calls',
        match: { operation: 'ManageConnections', api: 'wake-channel' },
        do: 'throttle',
        switched: true,
      },
    ],
  },
  'tickets.test.ts',
);

type Message = Record<string, unknown>;

let under: CloudUnderTest;
let service: Server;
/** How often the service was asked for each path. */
const asked = new Map<string, number>();
beforeAll(async () => {
  under = await startCloud({
    mode: 'direct',
    faults: PLAN,
    environment: (same) => ({
      ...same,
      timings: { ...same.timings, safetyReadMs: ASK_MS, requestDeadlineMs: DEADLINE_MS, rolloutCacheMs: 0 },
    }),
  });
  service = createServer((request, response) => {
    const url = request.url ?? '';
    asked.set(url, (asked.get(url) ?? 0) + 1);
    const body = url === '/large' ? Buffer.alloc(60_000, 'a') : `answer of ${url}`;
    setTimeout(() => response.end(body), url.startsWith('/slow') ? 2500 : 0);
  });
  await under.agent({ target: { port: await listenOnAnyPort(service) } });
  await under.visit('/warm-up');
});
afterEach(async () => {
  for (const { name } of PLAN.faults) under.cloud.services.faults.end(name);
  await under.noPendingRows();
});
afterAll(async () => {
  await under.close();
  service.close();
});

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

const counted = (metric: string): number => sumOfMetric(under.logs, metric);

test('a visit with a ticket makes no call to the table of pending requests, also if its answer does not fit a wake, and the agent gets no acknowledgement', async () => {
  const quick = await startCloud({
    mode: 'direct',
    environment: (same) => ({ ...same, timings: { ...same.timings, safetyReadMs: NEVER_MS, wakePostMs: NEVER_MS } }),
  });
  try {
    await quick.agent({ target: { port: portOf(service) } });
    const { calls } = quick.cloud.services;
    const posts = () => calls.count({ functionName: functionOf(quick.cloud, 'receive-message'), operation: 'ManageConnections' });
    const before = posts();
    for (let i = 0; i < 10; i++) expect(await quick.visit(`/quick/${i}`)).toMatchObject({ status: 200, text: `answer of /quick/${i}` });
    expect((await quick.visit('/large')).body).toHaveLength(60_000);
    expect(calls.count({ table: tableOf(quick.cloud, 'pending-requests') })).toBe(0);
    // One post for each answer: the wake.
    expect(posts() - before).toBe(11);
  } finally {
    await quick.close();
  }
});

test('an answer whose wake is lost without a sound is asked for, and comes again, without a second request to the service', async () => {
  under.cloud.services.faults.begin('wakes-are-lost');
  const before = { repeated: counted('RepeatedAnswer'), askedFor: counted('AnswersAskedFor') };
  const visiting = under.visit('/lost');
  await eventually(() => expect(asked.get('/lost')).toBe(1));
  await sleep(ASK_MS / 2);
  under.cloud.services.faults.end('wakes-are-lost');
  expect(await visiting).toMatchObject({ status: 200, text: 'answer of /lost' });
  await eventually(() => expect(counted('RepeatedAnswer')).toBeGreaterThan(before.repeated));
  await eventually(() => expect(counted('AnswersAskedFor')).toBe(before.askedFor + 1));
  expect(asked.get('/lost')).toBe(1);
});

test('while every wake is lost, the waiter finds the answer that it has asked for in its row', async () => {
  under.cloud.services.faults.begin('wakes-are-lost');
  expect(await under.visit('/all-lost')).toMatchObject({ status: 200, text: 'answer of /all-lost' });
  expect(asked.get('/all-lost')).toBe(1);
});

test('an answer whose wake is refused is stored, and comes by the bus', async () => {
  under.cloud.services.faults.begin('wakes-are-refused');
  const refused = counted('WakeFailed');
  const visiting = under.visit('/refused');
  await eventually(() => expect(counted('WakeFailed')).toBeGreaterThan(refused));
  under.cloud.services.faults.end('wakes-are-refused');
  expect(await visiting).toMatchObject({ status: 200, text: 'answer of /refused' });
});

test('an answer on which receive-message fails is asked for, and comes again', async () => {
  under.cloud.services.faults.begin('receiver-fails');
  const visiting = under.visit('/failed');
  await eventually(() => expect(asked.get('/failed')).toBe(1));
  await sleep(ASK_MS / 2);
  under.cloud.services.faults.end('receiver-fails');
  expect(await visiting).toMatchObject({ status: 200, text: 'answer of /failed' });
  expect(asked.get('/failed')).toBe(1);
});

test('a slow service is asked once, however often the waiter asks for its answer', async () => {
  const visits = Array.from({ length: 5 }, (_, i) => `/slow/${i}`);
  const replies = await Promise.all(visits.map((path) => under.visit(path)));
  expect(replies.map(({ text }) => text)).toEqual(visits.map((path) => `answer of ${path}`));
  expect(visits.map((path) => asked.get(path))).toEqual([1, 1, 1, 1, 1]);
});

describe('the keys of tickets', () => {
  const keysOf = async () => tunnelRow(under, TICKET_KEYS_ID);
  const put = (...keys: Parameters<typeof putTicketKeys> extends [unknown, unknown, ...infer K] ? K : never) =>
    putTicketKeys(under.cloud.services.dynamodb, tableOf(under.cloud, 'tunnels'), ...keys);

  test('may change between a request and its answer', async () => {
    const before = newTicketKey();
    await put(before);
    const visiting = under.visit('/slow/rotated');
    await eventually(() => expect(asked.get('/slow/rotated')).toBe(1));
    await put(newTicketKey(), before);
    expect(await visiting).toMatchObject({ status: 200 });
    expect(await under.visit('/after-rotation')).toMatchObject({ status: 200 });
  });

  test('may be missing where the answer arrives: the waiter puts a row, and the answer comes by it', async () => {
    const before = { unreadable: counted('UnreadableTicket'), askedFor: counted('AnswersAskedFor') };
    await put(newTicketKey());
    const visiting = under.visit('/slow/unreadable');
    await eventually(() => expect(asked.get('/slow/unreadable')).toBe(1));
    // Neither key of the item has sealed the ticket, and no receive-message has seen the key that did.
    await put(newTicketKey());
    expect(await visiting).toMatchObject({ status: 200, text: 'answer of /slow/unreadable' });
    expect(asked.get('/slow/unreadable')).toBe(1);
    await eventually(() => expect(counted('UnreadableTicket')).toBeGreaterThan(before.unreadable));
    await eventually(() => expect(counted('AnswersAskedFor')).toBe(before.askedFor + 1));
  });

  test('are made by sweep when there are none, and until then requests have rows', async () => {
    const fresh = await startCloud({
      mode: 'direct',
      tickets: false,
      environment: (same) => ({ ...same, timings: { ...same.timings, rolloutCacheMs: 0 } }),
    });
    try {
      const { services } = fresh.cloud;
      const puts = () => services.calls.count({ operation: 'PutItem', table: tableOf(fresh.cloud, 'pending-requests') });
      await fresh.agent({ target: { port: portOf(service) } });
      expect(await fresh.visit('/with-a-row')).toMatchObject({ status: 200 });
      expect(puts()).toBe(1);
      await fresh.runSweep();
      const after = puts();
      expect(await fresh.visit('/with-a-ticket')).toMatchObject({ status: 200 });
      expect(puts()).toBe(after);
    } finally {
      await fresh.close();
    }
  });

  test('are in no log', async () => {
    const row = JSON.stringify(await keysOf());
    const secrets = [...row.matchAll(/"secret":\{"B":"([^"]+)"/g)].map(([, secret]) => secret ?? '');
    expect(secrets.length).toBeGreaterThan(0);
    for (const secret of secrets) expect(under.logs.some(({ text }) => text.includes(secret))).toBe(false);
  });
});

describe('a hostile agent', () => {
  /** Requests that Eve's agent got; it answers none of them by itself. */
  let got: Message[] = [];
  let eve: MinimalAgent;
  beforeAll(async () => {
    eve = await MinimalAgent.connect(under.agentEndpoint, await under.token('eve'), (request) => got.push(request), { name: 'eves' }, [
      'tickets',
    ]);
  });
  afterAll(() => eve.vanish());
  beforeEach(() => (got = []));

  const response = (requestId: unknown, text: string, more: Message = {}): Message => ({
    type: 'http_response',
    request_id: requestId,
    status_code: 200,
    headers: {},
    body: Buffer.from(text).toString('base64'),
    ...more,
  });
  /** Sends a visit to Eve's tunnel, and returns its request when Eve's agent has it. */
  async function visited(path: string) {
    const before = got.length;
    const visiting = ask(under.visitorUrl, `/eves${path}`);
    await eventually(() => expect(got).toHaveLength(before + 1));
    return { visiting, request: got[before] as Message & { request_id: string; ticket: string } };
  }

  test('cannot answer a request with a ticket of another request, of another key, damaged, cut off, or with none', async () => {
    const victim = under.visit('/slow/victim');
    await eventually(() => expect(asked.get('/slow/victim')).toBe(1));
    const { visiting, request } = await visited('/own');
    const { request_id: id, ticket } = request;
    const forged = sealTicket(
      { requestId: id, tunnelId: 'eves', owner: 'eve', waiterConnectionId: 'w', deadline: Date.now() + DEADLINE_MS },
      newTicketKey(),
    );
    const middle = Math.floor(ticket.length / 2);
    const damaged = ticket.slice(0, middle) + (ticket[middle] === 'A' ? 'B' : 'A') + ticket.slice(middle + 1);
    for (const bad of [forged, damaged, ticket.slice(0, -4), '', '.', 'x'.repeat(2048), undefined])
      eve.send(response(id, 'forged', { ticket: bad }));
    // The ticket is valid, and the message names a request of somebody else, or one that does not exist.
    for (const other of ['00000000-0000-4000-8000-000000000000', `${id}x`]) eve.send(response(other, 'forged', { ticket }));
    await eventually(() => expect(counted('ForeignAnswer')).toBeGreaterThanOrEqual(2));
    await sleep(200);
    eve.send(response(id, 'true', { ticket }));
    expect(await visiting).toMatchObject({ status: 200, text: 'true' });
    expect(await victim).toMatchObject({ status: 200, text: 'answer of /slow/victim' });
  });

  test("cannot use a ticket on another connection of another owner's tunnel", async () => {
    const mallory = await MinimalAgent.connect(under.agentEndpoint, await under.token('mallory'), () => undefined, {}, ['tickets']);
    const { visiting, request } = await visited('/stolen');
    const foreign = counted('ForeignAnswer');
    mallory.send(response(request.request_id, 'stolen', { ticket: request.ticket }));
    mallory.send(response(request.request_id, 'stolen', { ticket: request.ticket, again: true }));
    await eventually(() => expect(counted('ForeignAnswer')).toBe(foreign + 2));
    eve.send(response(request.request_id, 'true', { ticket: request.ticket }));
    expect(await visiting).toMatchObject({ status: 200, text: 'true' });
    mallory.vanish();
  });

  test('changes nothing for anybody by answers after the first one, marked or not', async () => {
    const { visiting, request } = await visited('/replayed');
    eve.send(response(request.request_id, 'first', { ticket: request.ticket }));
    expect(await visiting).toMatchObject({ text: 'first' });
    const wakes = () =>
      under.cloud.services.calls.count({ functionName: functionOf(under.cloud, 'receive-message'), operation: 'ManageConnections' });
    const before = wakes();
    for (let i = 0; i < 20; i++) eve.send(response(request.request_id, 'later', { ticket: request.ticket }));
    const late = counted('LateAnswer');
    await eventually(() => expect(counted('LateAnswer')).toBeGreaterThanOrEqual(late + 15));
    // Each execution environment of receive-message may take one of them for the first.
    expect(wakes() - before).toBeLessThanOrEqual(5);
    expect(await under.visit('/meanwhile')).toMatchObject({ text: 'answer of /meanwhile' });
  });

  test('gets nothing for a ticket whose deadline is over', async () => {
    const { visiting, request } = await visited('/late');
    expect(await visiting).toMatchObject({ status: 504 });
    const late = counted('LateAnswer');
    for (const again of [false, true]) eve.send(response(request.request_id, 'late', { ticket: request.ticket, again }));
    await eventually(() => expect(counted('LateAnswer')).toBe(late + 2));
  });
});
