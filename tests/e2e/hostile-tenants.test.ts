import { UnsecuredJWT } from 'jose';
import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { bodyRefOf } from '../../protocol';
import { randomTokenKey, signToken } from '../../local/agent-token';
import { ask } from '../support/http-client';
import { eventually } from '../support/eventually';
import { listenOnAnyPort } from '../support/listen';
import { MinimalAgent } from '../support/minimal-agent';
import { startCloud, type CloudUnderTest } from '../support/tunnel';
import { ownerEntries, tunnelRow } from '../support/table-rows';

/**
 * Ann has a tunnel and does nothing unusual. Eve has her own token and has written her own agent. Whatever Eve does, Ann's visitors
 * get Ann's bytes, and Ann's service sees only Ann's visitors.
 */
const IN_FLIGHT = 2;
const LARGE = Buffer.alloc(300_000, 'a');
const ANNS_TOKEN = 'anns-token-of-more-than-24-characters';
const EVES_TOKEN = 'eves-token-of-more-than-24-characters';

let under: CloudUnderTest;
let service: Server;
/** Paths that visitors requested from Ann's service. */
let asked: string[] = [];
beforeAll(async () => {
  under = await startCloud({
    mode: 'direct',
    // Requests with rows. tickets.test.ts has the attacks on tickets.
    tickets: false,
    environment: (same) => ({
      ...same,
      ownerLimits: { ...same.ownerLimits, requestsInFlight: IN_FLIGHT },
      timings: { ...same.timings, leaseGraceMs: 60_000 },
    }),
  });
  service = createServer((request, response) => {
    asked.push(request.url ?? '');
    const answer = request.url === '/large-slowly' ? LARGE : `ann's ${request.url}`;
    setTimeout(() => response.end(answer), request.url?.endsWith('slowly') ? 800 : 0);
  });
  const port = await listenOnAnyPort(service);
  await under.agent({ name: 'anns', target: { port } }, 'ann');
  await under.agent({ name: 'anns-private', target: { port }, access: { bearerTokens: [ANNS_TOKEN] } }, 'ann');
});
beforeEach(() => (asked = []));
afterEach(async () => {
  expect(await under.visit('/after', {}, 'anns')).toMatchObject({ status: 200, text: "ann's /after" });
  expect(asked.filter((path) => path.includes('eve'))).toEqual([]);
});
afterAll(async () => {
  await under.close();
  service.close();
});

type OnRequest = (request: Record<string, unknown>, agent: MinimalAgent) => void;
const eve = async (onRequest: OnRequest = () => undefined, query: Record<string, string> = {}, names?: readonly string[]) =>
  MinimalAgent.connect(under.agentEndpoint, await under.token('eve', names), onRequest, query);
const rowOf = (name: string) => tunnelRow(under, name);

/** Returns the id of the one request in flight. */
async function pendingRequestId(): Promise<string> {
  let requestId = '';
  await eventually(async () => {
    const [row] = await under.pendingRows();
    requestId = Object.values((row?.['requestId'] ?? {}) as Record<string, string>)[0] ?? '';
    expect(requestId).not.toBe('');
  });
  return requestId;
}

describe('a hostile agent', () => {
  test("cannot answer another owner's request, neither early nor late; its answers are counted as foreign", async () => {
    const attacker = await eve();
    const visiting = under.visit('/slowly', {}, 'anns');
    const requestId = await pendingRequestId();
    for (let i = 0; i < 3; i++) attacker.answer(requestId, 'forged by eve');
    attacker.send({ type: 'error', request_id: requestId, code: 'timeout', message: 'forged by eve' });
    expect(await visiting).toMatchObject({ status: 200, text: "ann's /slowly" });
    attacker.answer(requestId, 'late, by eve');
    await eventually(() => expect(under.logs.some(({ text }) => text.includes('"ForeignAnswer":1'))).toBe(true));
    await under.noPendingRows();
    attacker.vanish();
  });

  test("gets no upload URL for another owner's request, and cannot replace the body of its answer", async () => {
    const attacker = await eve();
    const visiting = under.visit('/large-slowly', {}, 'anns');
    const request_id = await pendingRequestId();
    const forged = bodyRefOf(Buffer.alloc(LARGE.length, 'e'));
    attacker.send({ type: 'upload_request', request_id, ...forged });
    attacker.send({ type: 'upload_request', request_id, ...bodyRefOf(LARGE) });
    attacker.send({ type: 'http_response', request_id, status_code: 200, headers: {}, body_ref: forged });
    attacker.answer(request_id, 'e'.repeat(22 * 1024));
    const { status, body } = await visiting;
    expect([status, body.equals(LARGE)]).toEqual([200, true]);
    await eventually(() => expect(attacker.received.filter(({ type }) => type === 'ack')).toHaveLength(2));
    expect(JSON.stringify(attacker.received)).not.toContain('X-Amz-Signature');
    attacker.vanish();
  });

  test('keeps the identity of its connection, whatever identity its messages claim', async () => {
    const before = await rowOf('anns');
    const attacker = await eve();
    const identity = { tunnel_id: 'anns', tunnelId: 'anns', owner: 'ann', lease: '*', connection_id: 'x', claim: 'granted' };
    for (const [type, reply] of [
      ['ready', 'connection_established'],
      ['ping', 'pong'],
      ['draining', undefined],
      ['ready', 'error'],
    ] as const) {
      attacker.send({ type, ...identity });
      if (reply) await eventually(() => expect(attacker.received.map((message) => message['type'])).toContain(reply));
      else await eventually(async () => expect(await rowOf(attacker.tunnel.tunnel_id)).not.toHaveProperty('connectionId'));
    }
    expect(attacker.received.find(({ type }) => type === 'connection_established')?.['tunnel_id']).toBe(attacker.tunnel.tunnel_id);
    expect(await rowOf('anns')).toEqual(before);
    attacker.vanish();
  });

  test.each([
    ['with a token that grants every name', ['*'], '409'],
    ['with a token that grants only its own names', ['eves-*'], '403'],
    ['with a token that grants no name', [], '403'],
  ])("is refused another owner's name %s", async (_, names, refusal) => {
    await expect(eve(undefined, { name: 'anns' }, names)).rejects.toThrow(refusal);
  });

  test("is refused another owner's name immediately after that owner has disconnected", async () => {
    const ann = await MinimalAgent.connect(under.agentEndpoint, await under.token('ann'), () => undefined, { name: 'anns-second' });
    ann.send({ type: 'draining' });
    ann.vanish();
    for (let i = 0; i < 5; i++) {
      await expect(eve(undefined, { name: 'anns-second' })).rejects.toThrow('409');
      await sleep(50);
    }
  });

  test.each(['www', 'agents', 'Anns', 'anns/', '../anns', 'anns%00', 'аnns', '-anns', 'a'.repeat(64), 'anns.localhost'])(
    'is refused the name %s, which is reserved or malformed',
    async (name) => {
      await expect(eve(undefined, { name })).rejects.toThrow('400');
    },
  );

  test.each([
    ['without a signature', async () => new UnsecuredJWT({ sub: 'ann', names: ['*'] }).encode()],
    ['signed with a key of its own', () => signToken(randomTokenKey(), 'ann')],
    [
      'with the payload changed to another owner under the old signature',
      async () => {
        const [header, , signature] = (await under.token('eve')).split('.');
        return [header, Buffer.from('{"sub":"ann","names":["*"]}').toString('base64url'), signature].join('.');
      },
    ],
    ['that is the empty string', async () => ''],
  ])('is refused with 401 when it shows a token %s', async (_, token) => {
    await expect(MinimalAgent.connect(under.agentEndpoint, await token(), () => undefined, { name: 'anns' })).rejects.toThrow('401');
  });

  test('gets the error invalid_request for malformed messages, and is disconnected after a message of more than 32 KB', async () => {
    const attacker = await eve();
    for (const text of ['', 'null', '[]', '{', '{"type":"__proto__"}', '{"type":"ready","__proto__":{"polluted":true}}', '\u0000']) {
      attacker.socket.send(text);
    }
    attacker.send({
      type: 'http_response',
      request_id: '__proto__',
      status_code: 200,
      headers: { ['__proto__']: ['x'], constructor: ['y'] },
      body: '',
    });
    attacker.send({ type: 'ready', access: { salt: 'short', passwords: ['x'] } });
    attacker.send({ type: 'ready', access: { salt: Buffer.alloc(16).toString('base64'), cidrs: Array<string>(1000).fill('10.0.0.0/8') } });
    await eventually(() => expect(attacker.received.filter(({ code }) => code === 'invalid_request').length).toBeGreaterThanOrEqual(5));
    const closed = new Promise((resolve) => attacker.socket.once('close', resolve));
    attacker.socket.send('x'.repeat(33 * 1024));
    expect(await closed).toBe(1009);
  });

  test('cannot add header fields to a response by line breaks in a field name or value', async () => {
    const attacker = await eve((request, self) =>
      self.send({
        type: 'http_response',
        request_id: request['request_id'],
        status_code: 200,
        headers: { 'x-a': ['1\r\nset-cookie: session=eve; Domain=localhost'], 'x-tunnel-error\r\nx-b': ['1'] },
        body: '',
      }),
    );
    const reply = await under.visit('/', {}, attacker.tunnel.tunnel_id);
    expect(reply.headers).not.toHaveProperty('set-cookie');
    expect(reply.headers).not.toHaveProperty('x-b');
    attacker.vanish();
  });

  test('cannot connect to the wake channel without a signature', async () => {
    const wakeChannel = under.cloud.services.spec.functions
      .flatMap(({ environment }) => Object.entries(environment))
      .find(([name]) => name === 'WAKE_CHANNEL_URL')?.[1];
    const refused = new Promise<number>((resolve, reject) => {
      const socket = new WebSocket(String(wakeChannel));
      socket.on('unexpected-response', (_, response) => (response.resume(), resolve(response.statusCode ?? 0)));
      socket.on('open', () => reject(new Error('the wake channel let her in')));
      socket.on('error', () => undefined);
    });
    await expect(refused).resolves.toBe(403);
  });
});

describe('a hostile visitor', () => {
  test('gets 401 from a private tunnel for missing and wrong credentials, also after other visitors were let in', async () => {
    const attacker = await eve((request, self) => self.answer(request['request_id'], 'eve'), { name: 'eves-private' });
    attacker.send({ type: 'ready' });
    const attempts = [undefined, `Bearer ${EVES_TOKEN}`, 'Bearer anns-token', 'Basic Og==', `bearer  ${ANNS_TOKEN.toUpperCase()}`];
    const attack = async (): Promise<void> => {
      for (const authorization of attempts) {
        const reply = await under.visit('/eve-was-here', { headers: authorization === undefined ? {} : { authorization } }, 'anns-private');
        expect(reply.status).toBe(401);
      }
    };
    await attack();
    const good = await under.visit('/anns', { headers: { authorization: `Bearer ${ANNS_TOKEN}` } }, 'anns-private');
    expect(good).toMatchObject({ status: 200, text: "ann's /anns" });
    await attack();
    attacker.vanish();
  });

  test('is checked by the access rules of the tunnel that gets the request, whatever other tunnels the request names', async () => {
    const attacker = await eve((request, self) => self.answer(request['request_id'], `eve's ${String(request['uri'])}`), {
      name: 'eves-open',
    });
    const { visitorUrl } = under;
    const open = { host: 'eves-open.localhost' };
    for (const [headers, path, expected] of [
      [open, '/anns-private/', "eve's /anns-private/"],
      [
        { ...open, 'x-forwarded-host': 'anns-private.localhost', 'x-original-url': '/anns-private/', 'x-tunnel': 'anns-private' },
        '/',
        "eve's /",
      ],
      [{ ...open, cookie: 'tunnel=anns-private', referer: `${visitorUrl}/anns-private/` }, '/', "eve's /"],
    ] as const) {
      expect((await ask(visitorUrl, path, { headers })).text).toBe(expected);
    }
    for (const [headers, path] of [
      [{ host: 'anns-private.localhost' }, '/eves-open/eve'],
      [{ host: 'ANNS-PRIVATE.localhost:80' }, '/eve'],
      [{}, '/anns-private/../anns-private/eve'],
      [{}, '/%61nns-private/eve'],
    ] as const) {
      expect((await ask(visitorUrl, path, { headers })).status).toBe(401);
    }
    attacker.vanish();
  });

  test("gets 429 at every tunnel of an owner whose requests in flight are at the limit, while other owners' visitors get their answers", async () => {
    const held: [MinimalAgent, unknown][] = [];
    const hold = await Promise.all([1, 2].map(() => eve(({ request_id }, self) => held.push([self, request_id]))));
    const [first, second] = hold.map(({ tunnel }) => tunnel.tunnel_id);
    const flood = [under.visit('/', {}, first), under.visit('/', {}, second)];
    await eventually(async () => expect(await ownerEntries(under, '#in-flight/eve')).toHaveLength(IN_FLIGHT));
    for (const name of [first, second]) {
      const refused = await under.visit('/', {}, name);
      expect(refused).toMatchObject({ status: 429, headers: { 'x-tunnel-error': 'tunnel_busy', 'retry-after': '1' } });
    }
    expect(await under.visit('/meanwhile', {}, 'anns')).toMatchObject({ status: 200 });

    // Neither a new connection nor a vanished agent changes what is in flight.
    const third = await eve();
    expect(await under.visit('/', {}, third.tunnel.tunnel_id)).toMatchObject({ status: 429 });
    for (const [agent, requestId] of held) agent.answer(requestId, 'at last');
    for (const reply of await Promise.all(flood)) expect(reply).toMatchObject({ status: 200, text: 'at last' });
    await eventually(async () => expect(await ownerEntries(under, '#in-flight/eve')).toEqual([]));
    for (const agent of [...hold, third]) agent.vanish();
  });
});
