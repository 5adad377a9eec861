/**
 * Checks AWS Signature Version 4, in the Authorization header or presigned in the query
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). The signature is
 * computed again from the request, so no canonical form of the caller is trusted.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { LruMap } from 'toad-cache';
import type { AwsError, Principal, Principals } from '../services';
import { encode, joined, queryPairsOf, sha256 } from './canonical';
import { jsonDialect, type SignatureDialect, type SignatureRefusal } from './signature-dialect';
import type { SignedRequest } from './signed-request';

const ALGORITHM = 'AWS4-HMAC-SHA256';
/** Longest life of a presigned request: seven days. */
const MAX_EXPIRES_MS = 7 * 24 * 60 * 60 * 1000;

export interface SignatureOptions {
  /** Signing name of the service: `dynamodb`, `execute-api` … */
  readonly service: string;
  readonly region: string;
  /** In ms since the epoch. */
  readonly clock?: () => number;
  /** Default: the dialect of the JSON services. */
  readonly dialect?: SignatureDialect;
}

/** The caller of a request, and the headers that the signature covers. */
export interface Verified {
  readonly principal: Principal;
  readonly signedHeaders: readonly string[];
  /** Whether the signature is in the query, so that anybody can send the request. */
  readonly presigned: boolean;
}

/** The parts of a signature, from the Authorization header or the query. */
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
 * Verifies the signature of a request and finds its caller.
 * @throws AwsError in the format of the dialect
 */
export function verifySignature(
  request: SignedRequest,
  principals: Principals,
  { service, region, clock = Date.now, dialect = jsonDialect(service) }: SignatureOptions,
): Verified {
  const signature = readSignature(request, dialect);
  const presigned = signature.expiresMs !== undefined;
  const refuse: Refuse = (why, message) => dialect.refuse(why, message, presigned);
  checkScope(signature, service, region, refuse);
  checkTime(signature, clock(), dialect.clockSkewMs, refuse);
  const principal = principals.find(signature.accessKeyId, signature.sessionToken);
  if (!principal) throw refuse('unknown key', 'The security token included in the request is invalid.');
  const expected = sign(request, signature, principal.secretAccessKey, dialect);
  if (expected === undefined || !equal(expected, signature.signature)) {
    throw refuse(
      'mismatch',
      'The request signature we calculated does not match the signature you provided. ' +
        'Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    );
  }
  return { principal, signedHeaders: signature.signedHeaders, presigned };
}

type Refuse = (why: SignatureRefusal, message: string) => AwsError;

function readSignature(request: SignedRequest, dialect: SignatureDialect): Signature {
  const { authorization } = request.headers;
  const inHeader = typeof authorization === 'string' && authorization.startsWith('AWS4-');
  const signature = inHeader ? fromHeader(request, authorization) : fromQuery(new Map(queryPairsOf(request.url)));
  if (signature === 'absent') throw dialect.refuse('missing', 'Missing Authentication Token', false);
  if (signature !== 'incomplete') return signature;
  throw dialect.refuse(
    'incomplete',
    `Authorization requires algorithm ${ALGORITHM}, Credential, SignedHeaders (with host), Signature and X-Amz-Date`,
    !inHeader,
  );
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

type Parts = Record<'credential' | 'signedHeaders' | 'signature' | 'date' | 'sessionToken', string | undefined>;

function assemble(algorithm: string | undefined, parts: Parts): Signature | 'incomplete' {
  const [, accessKeyId, scope] = /^([^/]+)\/(.+)$/.exec(parts.credential ?? '') ?? [];
  const signedHeaders = (parts.signedHeaders ?? '').split(';');
  const { signature, date, sessionToken } = parts;
  if (algorithm !== ALGORITHM || !accessKeyId || !scope || !signature || !signedHeaders.includes('host')) return 'incomplete';
  if (!date || !/^\d{8}T\d{6}Z$/.test(date)) return 'incomplete';
  return { accessKeyId, scope, signedHeaders, signature, date, sessionToken };
}

function checkScope({ scope, date }: Signature, service: string, region: string, refuse: Refuse): void {
  const [day, inRegion, forService, terminator] = scope.split('/');
  let problem: string | undefined;
  if (inRegion !== region) problem = `Credential should be scoped to a valid region, not '${inRegion ?? ''}'; use '${region}'.`;
  else if (forService !== service) problem = `Credential should be scoped to correct service: '${service}'.`;
  else if (day !== date.slice(0, 8)) problem = 'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.';
  else if (terminator !== 'aws4_request') problem = "Credential should be scoped with a valid terminator: 'aws4_request'.";
  if (problem !== undefined) throw refuse('malformed', problem);
}

function checkTime({ date, expiresMs }: Signature, now: number, skewMs: number, refuse: Refuse): void {
  const signedAt = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)/, '$1-$2-$3:$4:'));
  const lifeMs = expiresMs ?? skewMs;
  if (Number.isNaN(signedAt)) throw refuse('malformed', `Date must be in ISO-8601 'basic format'. Got '${date}'.`);
  if (now > signedAt + lifeMs) {
    throw refuse(
      'expired',
      `Signature expired: ${date} is now earlier than ${basic(now - lifeMs)} (${basic(now)} - ${lifeMs / 60_000} min.)`,
    );
  }
  if (signedAt > now + skewMs) {
    throw refuse(
      'early',
      `Signature not yet current: ${date} is still later than ${basic(now + skewMs)} (${basic(now)} + ${skewMs / 60_000} min.)`,
    );
  }
}

const basic = (at: number): string => new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');

/** The signature that the request should carry; undefined when a signed header is missing or the body is not as announced. */
function sign(
  request: SignedRequest,
  signature: Signature,
  secret: string,
  { payloadHash: payloadHashOf, canonicalPath }: SignatureDialect,
): string | undefined {
  const { scope, signedHeaders, date, sessionToken, expiresMs } = signature;
  const payloadHash = payloadHashOf(request);
  const headers = signedHeaders.map((name) => [name, joined(request.headers[name])] as const);
  if (payloadHash === undefined || headers.some(([, value]) => value === undefined)) return undefined;
  // An unsigned session token could be replaced by the token of another execution environment with the same key.
  if (expiresMs === undefined && sessionToken !== undefined && !signedHeaders.includes('x-amz-security-token')) return undefined;
  const canonicalRequest = [
    request.method,
    canonicalPath(request.url.split('?', 1)[0] ?? ''),
    canonicalQuery(request.url),
    ...headers.map(([name, value = '']) => `${name}:${value.trim().replace(/\s+/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
  return hmac(signingKey(secret, scope), [ALGORITHM, date, scope, sha256(canonicalRequest)].join('\n')).digest('hex');
}

/** How many signing keys are kept: one for each function, service and day. */
const KEPT_KEYS = 1000;
const signingKeys = new LruMap<string | Buffer>(KEPT_KEYS);

/** The key for a day, region and service (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). */
function signingKey(secret: string, scope: string): string | Buffer {
  const name = `${secret} ${scope}`;
  let key = signingKeys.get(name);
  if (key === undefined) {
    key = scope.split('/').reduce<string | Buffer>((previous, part) => hmac(previous, part).digest(), `AWS4${secret}`);
    signingKeys.set(name, key);
  }
  return key;
}

function canonicalQuery(url: string): string {
  return queryPairsOf(url)
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map((pair) => pair.join('='))
    .join('&');
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data);

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
