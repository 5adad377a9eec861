/**
 * Checks AWS Signature Version 4, in the Authorization header or presigned in the query
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). The signature is
 * computed here anew: nothing of the caller's own canonicalisation is trusted.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { AwsError } from '../services';
import type { Principal, Principals } from '../services';

const ALGORITHM = 'AWS4-HMAC-SHA256';
/** How far the clocks of caller and service may be apart (same guide, "Troubleshoot"). */
const CLOCK_SKEW_MS = 5 * 60 * 1000;
/** Longest life of a presigned request: seven days. */
const MAX_EXPIRES_MS = 7 * 24 * 60 * 60 * 1000;
/** Stands in place of the body's hash where the sender leaves the body out of the signature. */
const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';

export interface SignedRequest {
  readonly method: string;
  /** Path and query as on the request line. */
  readonly url: string;
  /** By lower-case name, as `node:http` gives them. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer | string;
}

export interface SignatureOptions {
  /** Signing name of the service: `dynamodb`, `execute-api` … */
  readonly service: string;
  readonly region: string;
  /** In ms since the epoch. */
  readonly clock?: () => number;
}

/** The parts of a signature, wherever they stood. */
interface Signature {
  readonly accessKeyId: string;
  /** `20261124/eu-central-1/dynamodb/aws4_request` */
  readonly scope: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `20261124T031000Z` */
  readonly date: string;
  readonly sessionToken: string | undefined;
  /** Presigned requests only, in ms. */
  readonly expiresMs?: number;
}

/**
 * Finds out whose request this is.
 * @throws AwsError with the code and message of AWS; status 403 for `execute-api`, 400 for the JSON services
 */
export function verifySignature(
  request: SignedRequest,
  principals: Principals,
  { service, region, clock = Date.now }: SignatureOptions,
): { principal: Principal } {
  const refuse: Refuse = (code, message) =>
    new AwsError(service === 'execute-api' ? 403 : 400, code, message);
  const signature = readSignature(request, refuse);
  checkScope(signature, service, region, refuse);
  checkTime(signature, clock(), refuse);
  const principal = principals.find(signature.accessKeyId, signature.sessionToken);
  if (!principal)
    throw refuse('UnrecognizedClientException', 'The security token included in the request is invalid.');
  const expected = sign(request, signature, principal.secretAccessKey);
  if (expected === undefined || !equal(expected, signature.signature)) {
    throw refuse(
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided. ' +
        'Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    );
  }
  return { principal };
}

type Refuse = (code: string, message: string) => AwsError;

function readSignature(request: SignedRequest, refuse: Refuse): Signature {
  const { authorization } = request.headers;
  const query = new Map(queryOf(request.url));
  const signature =
    typeof authorization === 'string' && authorization.startsWith('AWS4-')
      ? fromHeader(request, authorization)
      : fromQuery(query);
  if (signature === 'absent')
    throw refuse('MissingAuthenticationTokenException', 'Missing Authentication Token');
  if (signature === 'incomplete') {
    throw refuse(
      'IncompleteSignatureException',
      `Authorization requires algorithm ${ALGORITHM}, Credential, SignedHeaders (with host), Signature and X-Amz-Date`,
    );
  }
  return signature;
}

function fromHeader({ headers }: SignedRequest, authorization: string): Signature | 'incomplete' {
  const [, algorithm, rest = ''] = /^(\S+)\s+(.*)$/.exec(authorization) ?? [];
  const parts = new Map(rest.split(',').map((part) => part.trim().split(/=(.*)/, 2) as [string, string]));
  return assemble(algorithm, {
    credential: parts.get('Credential'),
    signedHeaders: parts.get('SignedHeaders'),
    signature: parts.get('Signature'),
    date: joined(headers['x-amz-date']),
    sessionToken: joined(headers['x-amz-security-token']),
  });
}

function fromQuery(query: ReadonlyMap<string, string>): Signature | 'absent' | 'incomplete' {
  const algorithm = query.get('X-Amz-Algorithm');
  if (algorithm === undefined) return 'absent';
  const signature = assemble(algorithm, {
    credential: query.get('X-Amz-Credential'),
    signedHeaders: query.get('X-Amz-SignedHeaders'),
    signature: query.get('X-Amz-Signature'),
    date: query.get('X-Amz-Date'),
    sessionToken: query.get('X-Amz-Security-Token'),
  });
  const expires = query.get('X-Amz-Expires') ?? '';
  if (signature === 'incomplete' || !/^\d{1,6}$/.test(expires)) return 'incomplete';
  return { ...signature, expiresMs: Math.min(Number(expires) * 1000, MAX_EXPIRES_MS) };
}

type Parts = Record<
  'credential' | 'signedHeaders' | 'signature' | 'date' | 'sessionToken',
  string | undefined
>;

function assemble(algorithm: string | undefined, parts: Parts): Signature | 'incomplete' {
  const [, accessKeyId, scope] = /^([^/]+)\/(.+)$/.exec(parts.credential ?? '') ?? [];
  const signedHeaders = (parts.signedHeaders ?? '').split(';');
  const { signature, date, sessionToken } = parts;
  if (algorithm !== ALGORITHM || !accessKeyId || !scope || !signature || !signedHeaders.includes('host'))
    return 'incomplete';
  if (!date || !/^\d{8}T\d{6}Z$/.test(date)) return 'incomplete';
  return { accessKeyId, scope, signedHeaders, signature, date, sessionToken };
}

function checkScope({ scope, date }: Signature, service: string, region: string, refuse: Refuse): void {
  const [day, inRegion, forService, terminator] = scope.split('/');
  let problem: string | undefined;
  if (inRegion !== region)
    problem = `Credential should be scoped to a valid region, not '${inRegion ?? ''}'; use '${region}'.`;
  else if (forService !== service) problem = `Credential should be scoped to correct service: '${service}'.`;
  else if (day !== date.slice(0, 8))
    problem = 'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.';
  else if (terminator !== 'aws4_request')
    problem = "Credential should be scoped with a valid terminator: 'aws4_request'.";
  if (problem !== undefined) throw refuse('InvalidSignatureException', problem);
}

function checkTime({ date, expiresMs }: Signature, now: number, refuse: Refuse): void {
  const signedAt = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)/, '$1-$2-$3:$4:'));
  const lifeMs = expiresMs ?? CLOCK_SKEW_MS;
  let problem: string | undefined;
  if (Number.isNaN(signedAt)) problem = `Date must be in ISO-8601 'basic format'. Got '${date}'.`;
  else if (now > signedAt + lifeMs) {
    problem = `Signature expired: ${date} is now earlier than ${basic(now - lifeMs)} (${basic(now)} - ${lifeMs / 60_000} min.)`;
  } else if (signedAt > now + CLOCK_SKEW_MS) {
    problem = `Signature not yet current: ${date} is still later than ${basic(now + CLOCK_SKEW_MS)} (${basic(now)} + 5 min.)`;
  }
  if (problem !== undefined) throw refuse('InvalidSignatureException', problem);
}

const basic = (at: number): string => new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');

/** The signature the request should carry; undefined when a signed header or the announced body is not there. */
function sign(request: SignedRequest, signature: Signature, secret: string): string | undefined {
  const { scope, signedHeaders, date, sessionToken, expiresMs } = signature;
  const payloadHash = payloadHashOf(request);
  const headers = signedHeaders.map((name) => [name, joined(request.headers[name])] as const);
  if (payloadHash === undefined || headers.some(([, value]) => value === undefined)) return undefined;
  // A token that is not signed could be exchanged for that of another execution environment with the same key.
  if (
    expiresMs === undefined &&
    sessionToken !== undefined &&
    !signedHeaders.includes('x-amz-security-token')
  )
    return undefined;
  const canonicalRequest = [
    request.method,
    canonicalPath(request.url),
    canonicalQuery(request.url),
    ...headers.map(([name, value = '']) => `${name}:${value.trim().replace(/\s+/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
  const key = scope
    .split('/')
    .reduce<string | Buffer>((previous, part) => hmac(previous, part).digest(), `AWS4${secret}`);
  return hmac(key, [ALGORITHM, date, scope, sha256(canonicalRequest)].join('\n')).digest('hex');
}

function payloadHashOf({ headers, body }: SignedRequest): string | undefined {
  const announced = joined(headers['x-amz-content-sha256']);
  if (announced === UNSIGNED_PAYLOAD) return announced;
  const actual = sha256(body);
  return announced === undefined || announced === actual ? actual : undefined;
}

/** Dot segments and repeated slashes removed, then encoded once more than on the wire, as all services but S3 have it. */
function canonicalPath(url: string): string {
  const path = url.split('?', 1)[0] ?? '';
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(encode(segment));
  }
  return `/${segments.join('/')}${segments.length > 0 && path.endsWith('/') ? '/' : ''}`;
}

function canonicalQuery(url: string): string {
  return queryOf(url)
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map((pair) => pair.join('='))
    .join('&');
}

function queryOf(url: string): [string, string][] {
  const start = url.indexOf('?');
  if (start < 0) return [];
  const pairs = url
    .slice(start + 1)
    .split('&')
    .filter((pair) => pair !== '');
  return pairs.map((pair) => {
    const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(pair) ?? [];
    return [decode(name), decode(value)];
  });
}

/** A malformed sequence stays as it is; the signature then decides. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const joined = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(',') : value;
const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data);

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
