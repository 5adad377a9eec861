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
  path: '/demo/',
  rawQuery: '',
  domainName: 'example.test',
  headers: { host: ['example.test'], ...(authorization !== undefined && { authorization: [authorization] }) },
  body: new Uint8Array(),
  sourceIp,
  arrivedAt: 0,
});

const admitted = (access: VisitorAccess | undefined, visitor: VisitorRequest) =>
  admit(visitor, { tunnelId: 'demo', ...(access && { access }) }, passwordDigest);

test('a request stays unchanged when the tunnel has no access rules', async () => {
  const visitor = request('Bearer of the app');
  await expect(admitted(undefined, visitor)).resolves.toBe(visitor);
});

test.each([
  ['a password', basic('ann:päss:word')],
  ['a password with a scheme in other letters', basic('ann:päss:word').replace('Basic', 'bASIC')],
  ['a bearer token', `Bearer ${TOKEN}`],
  ['a bearer token after more than one space', `Bearer   ${TOKEN}`],
])('%s lets a visitor in and is not forwarded to the local service', async (_, authorization) => {
  await expect(admitted(BOTH, request(authorization))).resolves.toMatchObject({ headers: { host: ['example.test'] } });
  expect((await admitted(BOTH, request(authorization))).headers).not.toHaveProperty('authorization');
});

test('credentials are forwarded when the owner enables forward_authorization', async () => {
  const visitor = request(`Bearer ${TOKEN}`);
  await expect(admitted({ ...BOTH, forward_authorization: true }, visitor)).resolves.toBe(visitor);
});

test.each([
  ['a request without credentials', undefined],
  ['a wrong password', basic('ann:password')],
  ['the right password of another user', basic('bob:päss:word')],
  ['the password as a token', 'Bearer ann:päss:word'],
  ['the token as a password', basic(TOKEN)],
  ['a wrong token', `Bearer ${TOKEN}x`],
  ['a token before another word', `Bearer ${TOKEN} x`],
  ['a token after another word', `x Bearer ${TOKEN}`],
  ['another scheme', `Digest ${TOKEN}`],
  ['the digest of the token as the token', `Bearer ${BOTH.tokens?.[0]}`],
  ['an empty header', ''],
  ['a password that is not base64', 'Basic %%%'],
])('%s is answered with 401 and a challenge', async (_, authorization) => {
  const error = await admitted(BOTH, request(authorization)).then(
    () => undefined,
    (thrown: TunnelError) => thrown,
  );
  expect(error).toMatchObject({ code: 'visitor_unauthorized', status: 401 });
  expect(error?.headers['www-authenticate']).toEqual(['Basic realm="demo", charset="UTF-8"', 'Bearer realm="demo"']);
});

test.each<[string, VisitorAccess, string, string]>([
  ['only passwords', { salt: SALT, passwords: BOTH.passwords }, `Bearer ${TOKEN}`, 'Basic realm="demo", charset="UTF-8"'],
  ['only tokens', { salt: SALT, tokens: BOTH.tokens }, basic('ann:päss:word'), 'Bearer realm="demo"'],
])(
  'a tunnel that accepts %s refuses the other kind, and the challenge names the accepted scheme only',
  async (_, access, authorization, challenge) => {
    await expect(admitted(access, request(authorization))).rejects.toMatchObject({
      code: 'visitor_unauthorized',
      headers: { 'www-authenticate': [challenge] },
    });
  },
);

test('a password and a token are refused when the digests have another salt', async () => {
  const other = { ...BOTH, salt: newSalt() };
  for (const authorization of [basic('ann:päss:word'), `Bearer ${TOKEN}`]) {
    await expect(admitted(other, request(authorization))).rejects.toMatchObject({ status: 401 });
  }
});

describe('a CORS preflight', () => {
  const preflight = (headers: Headers = {}): VisitorRequest => ({
    ...request(),
    method: 'OPTIONS',
    headers: { host: ['example.test'], origin: ['https://app.test'], 'access-control-request-method': ['PUT'], ...headers },
  });
  const open: VisitorAccess = { ...BOTH, allow_preflight: true };

  test('needs credentials unless the owner allows preflights', async () => {
    await expect(admitted(BOTH, preflight())).rejects.toMatchObject({ status: 401 });
    const visitor = preflight({ 'access-control-request-headers': ['authorization'] });
    await expect(admitted(open, visitor)).resolves.toBe(visitor);
  });

  test.each<[string, VisitorRequest]>([
    ['another method', { ...preflight(), method: 'GET' }],
    ['a body', { ...preflight(), body: Buffer.from('x') }],
    ['a cookie', preflight({ cookie: ['session=1'] })],
    ['wrong credentials', preflight({ authorization: ['Bearer x'] })],
    ['no Origin header', { ...request(), method: 'OPTIONS', headers: { 'access-control-request-method': ['PUT'] } }],
    ['no requested method', { ...request(), method: 'OPTIONS', headers: { origin: ['https://app.test'] } }],
  ])('with %s is not treated as a preflight and needs credentials', async (_, visitor) => {
    await expect(admitted(open, visitor)).rejects.toMatchObject({ status: 401 });
  });

  test('is refused from an address outside the allowed ranges', async () => {
    await expect(admitted({ ...open, cidrs: ['203.0.113.0/24'] }, preflight())).rejects.toMatchObject({ status: 403 });
  });
});

describe('the allowed address ranges', () => {
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
  ])('allow the address %s: %s', async (address, allowed) => {
    const outcome = admitted(ranges, request(undefined, address));
    await (allowed
      ? expect(outcome).resolves.toBeDefined()
      : expect(outcome).rejects.toMatchObject({ code: 'visitor_not_allowed', status: 403 }));
  });

  test('ignore the address that a visitor writes into X-Forwarded-For', async () => {
    const visitor = request(undefined, '203.0.113.1');
    const forged = { ...visitor, headers: { ...visitor.headers, 'x-forwarded-for': ['192.0.2.1'] } };
    await expect(admitted(ranges, forged)).rejects.toMatchObject({ status: 403 });
  });

  test('apply together with the credentials, so that a visitor needs both', async () => {
    const access = { ...BOTH, cidrs: ['192.0.2.0/24'] };
    await expect(admitted(access, request())).rejects.toMatchObject({ status: 401 });
    await expect(admitted(access, request(`Bearer ${TOKEN}`, '203.0.113.1'))).rejects.toMatchObject({ status: 403 });
    await expect(admitted(access, request(`Bearer ${TOKEN}`))).resolves.toBeDefined();
  });

  test('leave the Authorization header to the local service when no credentials are required', async () => {
    const visitor = request('Bearer of the app');
    await expect(admitted(ranges, visitor)).resolves.toBe(visitor);
  });
});
