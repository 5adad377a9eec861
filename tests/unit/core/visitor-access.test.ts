import { passwordDigest, passwordDigestSync, tokenDigest, newSalt, type Headers, type VisitorAccess } from '../../../protocol';
import { admit } from '../../../functions/core/visitor-access';
import type { TunnelError } from '../../../functions/core/tunnel-error';
import type { VisitorRequest } from '../../../functions/core/visitor-request';

const SALT = newSalt();
const TOKEN = 'a-token-of-more-than-24-characters';
const BOTH: VisitorAccess = { salt: SALT, passwords: [passwordDigestSync('ann:päss:word', SALT)], tokens: [tokenDigest(TOKEN, SALT)] };
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

const request = (authorization?: string, sourceIp = '192.0.2.7'): VisitorRequest => ({
  method: 'GET',
  decodedPath: '/demo/',
  rawQuery: '',
  headers: { host: ['example.test'], ...(authorization !== undefined && { authorization: [authorization] }) },
  body: new Uint8Array(),
  sourceIp,
  arrivedAt: 0,
});

const admitted = (access: VisitorAccess | undefined, visitor: VisitorRequest) =>
  admit(visitor, { tunnelId: 'demo', ...(access && { access }) }, passwordDigest);

test('without access rules a request goes on as it is', async () => {
  const visitor = request('Bearer of the app');
  await expect(admitted(undefined, visitor)).resolves.toBe(visitor);
});

test.each([
  ['a password', basic('ann:päss:word')],
  ['a scheme in other letters', basic('ann:päss:word').replace('Basic', 'bASIC')],
  ['a bearer token', `Bearer ${TOKEN}`],
])('%s lets a visitor in, and does not go on to the local service', async (_, authorization) => {
  await expect(admitted(BOTH, request(authorization))).resolves.toMatchObject({ headers: { host: ['example.test'] } });
  expect((await admitted(BOTH, request(authorization))).headers).not.toHaveProperty('authorization');
});

test('credentials go on when the owner asks for it', async () => {
  const visitor = request(`Bearer ${TOKEN}`);
  await expect(admitted({ ...BOTH, forward_authorization: true }, visitor)).resolves.toBe(visitor);
});

test.each([
  ['nothing', undefined],
  ['a wrong password', basic('ann:password')],
  ['the right password of another user', basic('bob:päss:word')],
  ['the password as a token', 'Bearer ann:päss:word'],
  ['the token as a password', basic(TOKEN)],
  ['a wrong token', `Bearer ${TOKEN}x`],
  ['another scheme', `Digest ${TOKEN}`],
  ['the digest itself', `Bearer ${BOTH.tokens?.[0]}`],
  ['an empty header', ''],
  ['no base64', 'Basic %%%'],
])('%s is 401, with a challenge', async (_, authorization) => {
  const error = await admitted(BOTH, request(authorization)).then(
    () => undefined,
    (thrown: TunnelError) => thrown,
  );
  expect(error).toMatchObject({ code: 'visitor_unauthorized', status: 401 });
  expect(error?.headers['www-authenticate']).toEqual(['Basic realm="demo", charset="UTF-8"', 'Bearer realm="demo"']);
});

test('another salt makes the same password and token worthless', async () => {
  const other = { ...BOTH, salt: newSalt() };
  for (const authorization of [basic('ann:päss:word'), `Bearer ${TOKEN}`]) {
    await expect(admitted(other, request(authorization))).rejects.toMatchObject({ status: 401 });
  }
});

describe('a preflight of CORS', () => {
  const preflight = (headers: Headers = {}): VisitorRequest => ({
    ...request(),
    method: 'OPTIONS',
    headers: { host: ['example.test'], origin: ['https://app.test'], 'access-control-request-method': ['PUT'], ...headers },
  });
  const open: VisitorAccess = { ...BOTH, allow_preflight: true };

  test('needs credentials, which no browser sends with it, unless the owner allows it', async () => {
    await expect(admitted(BOTH, preflight())).rejects.toMatchObject({ status: 401 });
    const visitor = preflight({ 'access-control-request-headers': ['authorization'] });
    await expect(admitted(open, visitor)).resolves.toBe(visitor);
  });

  test.each<[string, VisitorRequest]>([
    ['another method', { ...preflight(), method: 'GET' }],
    ['a body', { ...preflight(), body: Buffer.from('x') }],
    ['a cookie', preflight({ cookie: ['session=1'] })],
    ['wrong credentials', preflight({ authorization: ['Bearer x'] })],
    ['no origin', { ...request(), method: 'OPTIONS', headers: { 'access-control-request-method': ['PUT'] } }],
    ['no method to ask for', { ...request(), method: 'OPTIONS', headers: { origin: ['https://app.test'] } }],
  ])('with %s is none, and needs credentials', async (_, visitor) => {
    await expect(admitted(open, visitor)).rejects.toMatchObject({ status: 401 });
  });

  test('has to come from the right address all the same', async () => {
    await expect(admitted({ ...open, cidrs: ['203.0.113.0/24'] }, preflight())).rejects.toMatchObject({ status: 403 });
  });
});

describe('addresses', () => {
  const ranges: VisitorAccess = { salt: SALT, cidrs: ['192.0.2.0/28', '2001:db8::/32', '198.51.100.9'] };
  test.each([
    ['192.0.2.15', true],
    ['192.0.2.16', false],
    ['2001:db8:1::1', true],
    ['2001:db9::1', false],
    ['198.51.100.9', true],
    ['198.51.100.8', false],
    ['not an address', false],
    ['', false],
  ])('%s: %s', async (address, allowed) => {
    const outcome = admitted(ranges, request(undefined, address));
    await (allowed
      ? expect(outcome).resolves.toBeDefined()
      : expect(outcome).rejects.toMatchObject({ code: 'visitor_not_allowed', status: 403 }));
  });

  test('what a visitor says of its own address counts for nothing', async () => {
    const visitor = request(undefined, '203.0.113.1');
    const forged = { ...visitor, headers: { ...visitor.headers, 'x-forwarded-for': ['192.0.2.1'] } };
    await expect(admitted(ranges, forged)).rejects.toMatchObject({ status: 403 });
  });

  test('the right address does not spare the credentials, nor they the address', async () => {
    const access = { ...BOTH, cidrs: ['192.0.2.0/24'] };
    await expect(admitted(access, request())).rejects.toMatchObject({ status: 401 });
    await expect(admitted(access, request(`Bearer ${TOKEN}`, '203.0.113.1'))).rejects.toMatchObject({ status: 403 });
    await expect(admitted(access, request(`Bearer ${TOKEN}`))).resolves.toBeDefined();
  });

  test('with ranges alone the Authorization header is the local service’s', async () => {
    const visitor = request('Bearer of the app');
    await expect(admitted(ranges, visitor)).resolves.toBe(visitor);
  });
});
