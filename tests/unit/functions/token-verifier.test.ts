import { SSMClient } from '@aws-sdk/client-ssm';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { issuerVerifier, ownKeyVerifier, TokenError, TokenKeyError, type TokenIssuer } from '../../../functions/aws/token-verifier';
import { listenOnAnyPort } from '../../support/listen';

const TIMERS: FakeableAPI[] = ['nextTick', 'setImmediate', 'setTimeout', 'setInterval', 'queueMicrotask'];
const nowSeconds = (): number => Math.floor(Date.now() / 1000);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A client of SSM that answers only the calls of the verifier. */
const ssmWith = (value: string | undefined): SSMClient => {
  const client = new SSMClient({ region: 'us-east-1' });
  client.send = async () => ({ Parameter: value === undefined ? undefined : { Value: value } });
  return client;
};

describe('a token verifier with the own key of the environment', () => {
  // The key is long enough for the longer hashes too.
  const KEY = 'k'.repeat(64);
  const sign = (claims: JWTPayload, { alg = 'HS256', key = KEY } = {}): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg }).sign(bytes(key));
  const verify = async (token: string) => (await ownKeyVerifier(ssmWith(KEY), '/key'))(token);

  test('returns the owner and the names that a token grants', async () => {
    await expect(verify(await sign({ sub: 'ann', names: ['shop', 'team-a-*'] }))).resolves.toEqual({
      owner: 'ann',
      names: ['shop', 'team-a-*'],
    });
    await expect(verify(await sign({ sub: 'ann' }))).resolves.toEqual({ owner: 'ann', names: [] });
  });

  test('accepts a token 20 s after its expiry or before its start, because clocks differ', async () => {
    await expect(verify(await sign({ sub: 'ann', exp: nowSeconds() - 20 }))).resolves.toMatchObject({ owner: 'ann' });
    await expect(verify(await sign({ sub: 'ann', nbf: nowSeconds() + 20 }))).resolves.toMatchObject({ owner: 'ann' });
  });

  test.each([
    ['an expired token', () => sign({ sub: 'ann', exp: nowSeconds() - 60 })],
    ['a token that is not valid yet', () => sign({ sub: 'ann', nbf: nowSeconds() + 60 })],
    ['a token signed with another key', () => sign({ sub: 'ann' }, { key: 'x'.repeat(32) })],
    ['a token signed with another algorithm and the same key', () => sign({ sub: 'ann' }, { alg: 'HS512' })],
    ['a token without a signature', async () => new UnsecuredJWT({ sub: 'ann' }).encode()],
    ['a token without a subject', () => sign({ names: ['*'] })],
    ['a token with an empty subject', () => sign({ sub: '' })],
    ['a token whose subject has a line break', () => sign({ sub: 'ann\nbob' })],
    ['a token whose subject has 256 characters', () => sign({ sub: 'a'.repeat(256) })],
    ['a text that is no token', async () => 'not-a-token'],
  ])('refuses %s', async (_, token) => {
    await expect(verify(await token())).rejects.toThrow(TokenError);
  });

  test.each([
    ['the key has only 31 bytes', 'k'.repeat(31)],
    ['the key is empty', ''],
    ['the parameter has no value', undefined],
  ])('is not created if %s', async (_, value) => {
    await expect(ownKeyVerifier(ssmWith(value), '/key')).rejects.toThrow(TokenKeyError);
  });
});

describe('a token verifier with the keys of an identity provider', () => {
  interface Key {
    readonly kid: string;
    readonly privateKey: CryptoKey;
    readonly jwk: JWK;
  }
  const newKey = async (kid: string, alg = 'RS256'): Promise<Key> => {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
  };

  let server: Server;
  let issuer: TokenIssuer;
  let first: Key;
  let second: Key;
  let published: JWK[] = [];
  let status = 200;
  let fetches = 0;
  beforeAll(async () => {
    [first, second] = await Promise.all([newKey('first'), newKey('second', 'ES256')]);
    server = createServer((_, response) => {
      fetches++;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: published }));
    });
    await listenOnAnyPort(server);
    issuer = {
      jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
      issuer: 'https://id.example',
      audience: 'tunnels',
      namesClaim: 'https://id.example/tunnel-names',
    };
  });
  beforeEach(() => {
    published = [first.jwk, second.jwk];
    status = 200;
    fetches = 0;
    jest.useRealTimers();
  });
  afterAll(() => server.close());

  const GOOD: JWTPayload = { sub: 'ann', iss: 'https://id.example', aud: 'tunnels', 'https://id.example/tunnel-names': 'shop team-a-*' };
  const sign = (claims: JWTPayload = {}, key: Key = first, header: { alg?: string; kid?: string | undefined } = {}): Promise<string> =>
    new SignJWT({ ...GOOD, exp: nowSeconds() + 60, ...claims })
      .setProtectedHeader({ alg: key.jwk.alg ?? '', kid: key.kid, ...header })
      .sign(key.privateKey);

  test('returns the owner and the names from the configured claim', async () => {
    const verify = await issuerVerifier(issuer);
    await expect(verify(await sign())).resolves.toEqual({ owner: 'ann', names: ['shop', 'team-a-*'] });
    await expect(verify(await sign({ aud: ['other', 'tunnels'] }, second))).resolves.toMatchObject({ owner: 'ann' });
    await expect(verify(await sign({ exp: nowSeconds() - 20 }))).resolves.toMatchObject({ owner: 'ann' });
    expect(fetches).toBe(1);
  });

  test.each([
    ['for another audience', () => sign({ aud: 'other' })],
    ['without an audience', () => sign({ aud: undefined })],
    ['of another issuer', () => sign({ iss: 'https://evil.example' })],
    ['without an issuer', () => sign({ iss: undefined })],
    ['that has expired', () => sign({ exp: nowSeconds() - 60 })],
    ['without an expiry time', () => sign({ exp: undefined })],
    ['that is not valid yet', () => sign({ nbf: nowSeconds() + 60 })],
    ['without a subject', () => sign({ sub: undefined })],
    ['without a key id', () => sign({}, first, { kid: undefined })],
    ['with an unknown key id', () => sign({}, first, { kid: 'third' })],
    ['with a key id of the issuer, but signed with another key', async () => sign({}, await newKey('first'))],
    ['whose algorithm does not fit its key', () => sign({}, { ...first, privateKey: second.privateKey }, { alg: 'ES256' })],
    ['without a signature', async () => new UnsecuredJWT({ ...GOOD, exp: nowSeconds() + 60 }).encode()],
  ])('refuses a token %s', async (_, token) => {
    const verify = await issuerVerifier(issuer);
    await expect(verify(await token())).rejects.toThrow(TokenError);
  });

  test('refuses a token that is signed by HMAC with the public key as the secret', async () => {
    const verify = await issuerVerifier(issuer);
    const confused = await new SignJWT({ ...GOOD, exp: nowSeconds() + 60 })
      .setProtectedHeader({ alg: 'HS256', kid: 'first' })
      .sign(bytes(JSON.stringify(first.jwk)));
    await expect(verify(confused)).rejects.toThrow(TokenError);
  });

  test('fetches the key set again for a token with an unknown key id, but not during the cool-down time', async () => {
    published = [first.jwk];
    const verify = await issuerVerifier(issuer);
    published = [first.jwk, second.jwk];
    jest.useFakeTimers({ doNotFake: TIMERS, now: Date.now() });
    for (let forged = 0; forged < 20; forged++) await verify(await sign({}, second)).catch(() => undefined);
    expect(fetches).toBe(1);
    jest.setSystemTime(Date.now() + 31_000);
    await expect(verify(await sign({}, second))).resolves.toMatchObject({ owner: 'ann' });
    expect(fetches).toBe(2);
  });

  test('refuses a withdrawn key after ten minutes of wall-clock time, also after a freeze', async () => {
    const verify = await issuerVerifier(issuer);
    published = [second.jwk];
    const token = await sign({ exp: nowSeconds() + 3600 });
    await expect(verify(token)).resolves.toMatchObject({ owner: 'ann' });
    jest.useFakeTimers({ doNotFake: TIMERS, now: Date.now() + 11 * 60_000 });
    await expect(verify(token)).rejects.toThrow(TokenError);
    expect(fetches).toBe(2);
  });

  test('throws a TokenKeyError if the key set cannot be fetched, and still accepts tokens of cached keys', async () => {
    const verify = await issuerVerifier(issuer, { cooldownDuration: 0 });
    status = 503;
    await expect(verify(await sign({}, first, { kid: 'third' }))).rejects.toThrow(TokenKeyError);
    await expect(verify(await sign())).resolves.toMatchObject({ owner: 'ann' });
  });

  test.each([
    ['cannot be fetched', () => (status = 500)],
    ['is empty', () => (published = [])],
    ['has no list of keys', () => (published = 'nonsense' as unknown as JWK[])],
  ])('is not created if the key set %s', async (_, spoil) => {
    spoil();
    await expect(issuerVerifier(issuer)).rejects.toThrow(TokenKeyError);
  });
});
