import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import type { HttpRequest } from '@smithy/types';
import { verifySignature } from '../../../emulator/aws-endpoint/sigv4';
import type { SignedRequest } from '../../../emulator/aws-endpoint/signed-request';
import { AwsError } from '../../../emulator/services';
import type { Principal, Principals } from '../../../emulator/services';

const NOW = Date.parse('2026-11-24T03:10:00Z');
const MINUTE = 60_000;
const principal: Principal = {
  accessKeyId: 'ASIA0123456789ABCDEF',
  secretAccessKey: 'a-secret',
  roleArn: 'arn:aws:iam::000000000000:role/visitor',
  functionName: 'visitor',
};
const principals: Principals = {
  find: (accessKeyId, token) =>
    accessKeyId === principal.accessKeyId && (token === undefined || token === 'a-token') ? principal : undefined,
};

interface Signing {
  readonly service?: string;
  readonly region?: string;
  readonly secret?: string;
  readonly accessKeyId?: string;
  readonly token?: string;
  readonly at?: number;
}

const signer = ({
  service = 'dynamodb',
  region = 'eu-central-1',
  secret = 'a-secret',
  accessKeyId = principal.accessKeyId,
  token,
}: Signing) =>
  new SignatureV4({
    service,
    region,
    sha256: Sha256,
    credentials: {
      accessKeyId,
      secretAccessKey: secret,
      ...(token !== undefined && { sessionToken: token }),
    },
  });

const request = (overrides: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'POST',
  protocol: 'http:',
  hostname: '127.0.0.1',
  path: '/',
  headers: {
    host: '127.0.0.1:4566',
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'DynamoDB_20120810.GetItem',
  },
  body: '{"TableName":"tunnels"}',
  ...overrides,
});

/** The request as it arrives on the wire. */
const received = ({ method, path, query = {}, headers, body }: HttpRequest): SignedRequest => {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? '']).map((each) => `${encodeURIComponent(name)}=${encodeURIComponent(each)}`),
  );
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    method,
    url: pairs.length > 0 ? `${path}?${pairs.join('&')}` : path,
    headers: lower,
    body: (body ?? '') as string,
  };
};

async function signed(given: HttpRequest, signing: Signing = {}): Promise<SignedRequest> {
  return received(await signer(signing).sign(given, { signingDate: new Date(signing.at ?? NOW) }));
}

const verify = (arrived: SignedRequest, service = 'dynamodb', at = NOW): Principal =>
  verifySignature(arrived, principals, { service, region: 'eu-central-1', clock: () => at }).principal;

function refusal(arrived: SignedRequest, service?: string, at?: number): AwsError {
  try {
    verify(arrived, service, at);
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
  throw new Error('the signature was accepted');
}

describe('a signature in the Authorization header', () => {
  test('identifies the principal of the request', async () => {
    expect(verify(await signed(request()))).toBe(principal);
  });

  test('is accepted with a signed session token', async () => {
    expect(verify(await signed(request(), { token: 'a-token' }))).toBe(principal);
  });

  test.each([
    ['an encoded path', { path: '/abc/v1/%40connections/L0SM9cOFvHcCIhw%3D' }],
    ['a path with slashes and dots that the canonical path leaves out', { path: '/a//b/./x/../c/' }],
    ['a query with repeated names, spaces and special characters', { query: { b: ['2', '1', ''], a: 'x y+z/=&', ü: "'()*!~" } }],
    ['header values with several spaces in a row', { headers: { host: 'h', 'x-amz-meta': '  a   b ' } }],
    ['a request without a body', { method: 'GET', body: undefined }],
  ])('is accepted for %s', async (_what, overrides: Partial<HttpRequest>) => {
    expect(verify(await signed(request(overrides)))).toBe(principal);
  });

  test.each([
    ['the body was changed', (given: SignedRequest) => ({ ...given, body: '{"TableName":"pending"}' })],
    ['the path was changed', (given: SignedRequest) => ({ ...given, url: '/other' })],
    ['the query was changed', (given: SignedRequest) => ({ ...given, url: '/?a=1' })],
    ['the method was changed', (given: SignedRequest) => ({ ...given, method: 'GET' })],
    [
      'a signed header was changed',
      (given: SignedRequest) => ({
        ...given,
        headers: { ...given.headers, 'x-amz-target': 'DynamoDB_20120810.PutItem' },
      }),
    ],
    [
      'the announced hash of the body was changed',
      (given: SignedRequest) => ({
        ...given,
        headers: { ...given.headers, 'x-amz-content-sha256': '0'.repeat(64) },
      }),
    ],
    ['a signed header was removed', ({ headers: { 'x-amz-target': _, ...headers }, ...given }: SignedRequest) => ({ ...given, headers })],
  ])('is refused if %s', async (_what, change) => {
    const error = refusal(change(await signed(request())));
    expect(error).toMatchObject({ status: 400, code: 'InvalidSignatureException' });
    expect(error.message).toMatch(/does not match the signature you provided/);
  });

  test('is refused if it was made with another secret key', async () => {
    expect(refusal(await signed(request(), { secret: 'another' }))).toMatchObject({
      code: 'InvalidSignatureException',
    });
  });

  test.each([{ accessKeyId: 'ASIAUNKNOWN' }, { token: 'a-foreign-token' }])(
    'is refused for an unknown access key id or session token: %o',
    async (signing) => {
      expect(refusal(await signed(request(), signing))).toMatchObject({
        status: 400,
        code: 'UnrecognizedClientException',
        message: 'The security token included in the request is invalid.',
      });
    },
  );

  test.each([
    [{ service: 'events' }, /scoped to correct service: 'dynamodb'/],
    [{ region: 'us-east-1' }, /valid region, not 'us-east-1'; use 'eu-central-1'/],
  ])('is refused for another service or another region: %o', async (signing, message) => {
    const error = refusal(await signed(request(), signing));
    expect(error.code).toBe('InvalidSignatureException');
    expect(error.message).toMatch(message);
  });

  test('is valid for five minutes before and after its time, and not longer', async () => {
    const arrived = await signed(request());
    expect(verify(arrived, 'dynamodb', NOW + 5 * MINUTE)).toBe(principal);
    expect(verify(arrived, 'dynamodb', NOW - 5 * MINUTE)).toBe(principal);
    expect(refusal(arrived, 'dynamodb', NOW + 5 * MINUTE + 1000).message).toBe(
      'Signature expired: 20261124T031000Z is now earlier than 20261124T031001Z (20261124T031501Z - 5 min.)',
    );
    expect(refusal(arrived, 'dynamodb', NOW - 5 * MINUTE - 1000).message).toMatch(/^Signature not yet current: 20261124T031000Z/);
  });

  test('is refused if the session token is not signed', async () => {
    const arrived = await signed(request());
    expect(refusal({ ...arrived, headers: { ...arrived.headers, 'x-amz-security-token': 'a-token' } }).code).toBe(
      'InvalidSignatureException',
    );
  });

  test.each([
    ['is missing', undefined, 'MissingAuthenticationTokenException'],
    ['has a bearer token', 'Bearer abc', 'MissingAuthenticationTokenException'],
    ['names another algorithm', 'AWS4-ECDSA-P256-SHA256 Credential=a/b, SignedHeaders=host, Signature=c', 'IncompleteSignatureException'],
    ['lacks parts', 'AWS4-HMAC-SHA256 Credential=a/b', 'IncompleteSignatureException'],
    [
      'does not sign the host',
      'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=x-amz-date, Signature=c',
      'IncompleteSignatureException',
    ],
  ])('is refused if the header %s', async (_what, authorization, code) => {
    const arrived = await signed(request());
    expect(refusal({ ...arrived, headers: { ...arrived.headers, authorization } }).code).toBe(code);
  });

  test('is refused with 403 by API Gateway', async () => {
    expect(refusal(await signed(request(), { service: 'execute-api', secret: 'another' }), 'execute-api').status).toBe(403);
  });
});

describe('a presigned request', () => {
  const presigned = async (signing: Signing = {}, overrides: Partial<HttpRequest> = {}) => {
    const given = request({
      method: 'GET',
      path: '/abc/v1',
      headers: { host: '127.0.0.1:1' },
      body: undefined,
      ...overrides,
    });
    const options = { signingDate: new Date(NOW), expiresIn: 60 };
    return received(await signer({ service: 'execute-api', ...signing }).presign(given, options));
  };

  test('identifies its principal, also with a session token and its own query parameters', async () => {
    expect(verify(await presigned({ token: 'a-token' }, { query: { name: 'a b' } }), 'execute-api')).toBe(principal);
  });

  test('is valid until its expiry time', async () => {
    const arrived = await presigned();
    expect(verify(arrived, 'execute-api', NOW + 60_000)).toBe(principal);
    expect(refusal(arrived, 'execute-api', NOW + 61_000).message).toMatch(/^Signature expired: /);
  });

  test('is refused when its query was changed', async () => {
    const arrived = await presigned({}, { query: { name: 'demo' } });
    expect(refusal({ ...arrived, url: arrived.url.replace('name=demo', 'name=other') }, 'execute-api').code).toBe(
      'InvalidSignatureException',
    );
  });
});
