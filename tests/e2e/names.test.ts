import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { environments } from '../../environments';
import { eventually } from '../support/eventually';
import { listenOnAnyPort } from '../support/listen';
import { MinimalAgent } from '../support/minimal-agent';
import { ruleOf, startCloud, type CloudUnderTest } from '../support/tunnel';
import { endLease, tunnelRow } from '../support/table-rows';

const TARGET = { target: { port: 1 } };

describe('the name of a tunnel', () => {
  let under: CloudUnderTest;
  beforeAll(async () => {
    under = await startCloud();
  });
  afterAll(() => under.close());

  const connectAs = async (owner: string, name: string, names?: readonly string[]) =>
    under.agent({ ...TARGET, name, token: await under.token(owner, names) });

  test('is given to an agent whose token grants the name, alone or by a family of names', async () => {
    await expect(connectAs('ann', 'shop', ['shop'])).resolves.toBeDefined();
    await expect(connectAs('ann', 'team-a-web', ['team-a-*'])).resolves.toBeDefined();
  });

  test.each([[[]], [['other']], [['team-a-*']]])('is refused with 403 to an agent whose token grants %j', async (names) => {
    await expect(connectAs('ann', 'team-ab', names)).rejects.toMatchObject({ name: 'TunnelRefusedError', status: 403 });
  });

  test('that the cloud chose stays with its owner after a reconnection, although no token grants it', async () => {
    const token = await under.token('ann', []);
    const first = await MinimalAgent.connect(under.agentEndpoint, token, () => undefined);
    const name = first.tunnel.tunnel_id;
    first.vanish();
    const second = await MinimalAgent.connect(under.agentEndpoint, token, () => undefined, { name });
    expect(second.tunnel.tunnel_id).toBe(name);
    const eve = await under.token('eve', []);
    await expect(MinimalAgent.connect(under.agentEndpoint, eve, () => undefined, { name })).rejects.toThrow('403');
    second.vanish();
  });

  test('stays reserved for its last owner until the cool-down is over, even if sweep runs before', async () => {
    const ann = await connectAs('ann', 'cooling');
    await ann.stop({ graceMs: 0 });
    await eventually(async () => expect(await tunnelRow(under, 'cooling')).not.toHaveProperty('connectionId'));
    await endLease(under, 'cooling', Date.now() - 1000);
    under.cloud.services.schedules.fire(ruleOf(under.cloud, 'sweep-schedule-rule'));
    await eventually(() => expect(under.logs.some(({ text }) => text.includes('"message":"swept"'))).toBe(true));
    await expect(connectAs('bob', 'cooling')).rejects.toMatchObject({ status: 409 });
    await expect(connectAs('ann', 'cooling').then((agent) => agent.stop({ graceMs: 0 }))).resolves.toBeUndefined();
    await eventually(async () => expect(await tunnelRow(under, 'cooling')).not.toHaveProperty('connectionId'));
    await endLease(under, 'cooling', Date.now() - environments.local.timings.nameCooldownMs - 1000);
    await expect(connectAs('bob', 'cooling')).resolves.toBeDefined();
  });

  test.each([
    ['the token is invalid', { token: 'not-a-token' }, 401],
    ['it is a reserved name', { name: 'www' }, 400],
  ])('is refused with an error when %s', async (_, options, status) => {
    await expect(under.agent({ ...TARGET, ...options })).rejects.toMatchObject({ name: 'TunnelRefusedError', status });
  });

  test('is refused with 409 while an agent of another owner has it', async () => {
    await under.agent({ ...TARGET, name: 'taken' }, 'ann');
    await expect(under.agent({ ...TARGET, name: 'taken' }, 'bob')).rejects.toMatchObject({ status: 409 });
  });

  test('moves to a newer connection of its owner, and the older connection gets an error when it uses the name', async () => {
    const token = await under.token('ann');
    const connect = () =>
      MinimalAgent.connect(under.agentEndpoint, token, (request, self) => self.answer(request['request_id'], 'old'), { name: 'moved' });
    const older = await connect();
    const newer = await MinimalAgent.connect(under.agentEndpoint, token, (request, self) => self.answer(request['request_id'], 'new'), {
      name: 'moved',
    });
    await expect(under.visit('/', {}, 'moved')).resolves.toMatchObject({ text: 'new' });
    older.send({ type: 'ready' });
    await eventually(() => expect(older.received).toContainEqual(expect.objectContaining({ type: 'error', code: 'invalid_request' })));
    await expect(under.visit('/', {}, 'moved')).resolves.toMatchObject({ text: 'new' });
    older.vanish();
    newer.vanish();
  });
});

test("with an identity provider, an agent connects with the provider's token, and not with a token of the environment's key", async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256' }] };
  const provider = createServer((_, response) => response.end(JSON.stringify(keys)));
  await listenOnAnyPort(provider);
  const tokenIssuer = {
    jwksUrl: `http://127.0.0.1:${(provider.address() as AddressInfo).port}/keys`,
    issuer: 'https://id.example',
    audience: 'tunnels',
    namesClaim: 'groups',
  };
  const sign = (audience: string): Promise<string> =>
    new SignJWT({ groups: ['shop'] })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setSubject('ann')
      .setIssuer(tokenIssuer.issuer)
      .setAudience(audience)
      .setExpirationTime('5m')
      .sign(privateKey);
  const under = await startCloud({ environment: (same) => ({ ...same, tokenIssuer }) });
  try {
    const agent = await under.agent({ ...TARGET, name: 'shop', token: await sign('tunnels') });
    expect(agent).toBeDefined();
    await expect(under.agent({ ...TARGET, name: 'shop', token: await sign('others') })).rejects.toMatchObject({ status: 401 });
    await expect(under.agent({ ...TARGET, name: 'shop', token: await under.token('ann') })).rejects.toMatchObject({ status: 401 });
  } finally {
    await under.close();
    provider.closeAllConnections();
    provider.close();
  }
});
