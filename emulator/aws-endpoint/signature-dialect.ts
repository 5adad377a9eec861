/** The differences between services in signatures: which bytes are signed, and how a service refuses a request. */
import { AwsError } from '../services';
import { encode, joined, sha256 } from './canonical';
import type { SignedRequest } from './signed-request';

export type SignatureRefusal = 'missing' | 'incomplete' | 'malformed' | 'expired' | 'early' | 'unknown key' | 'mismatch';

export interface SignatureDialect {
  /** How much the clocks of caller and service may differ. */
  readonly clockSkewMs: number;
  readonly refuse: (why: SignatureRefusal, message: string, presigned: boolean) => AwsError;
  /** @param path as on the wire, without the query */
  readonly canonicalPath: (path: string) => string;
  /** The value for the body in the signature; undefined when the announced hash is not the hash of the body. */
  readonly payloadHash: (request: SignedRequest) => string | undefined;
}

/** Replaces the body's hash when the sender does not sign the body. */
export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';

const CODES: Readonly<Record<SignatureRefusal, string>> = {
  missing: 'MissingAuthenticationTokenException',
  incomplete: 'IncompleteSignatureException',
  malformed: 'InvalidSignatureException',
  expired: 'InvalidSignatureException',
  early: 'InvalidSignatureException',
  'unknown key': 'UnrecognizedClientException',
  mismatch: 'InvalidSignatureException',
};

/** The dialect of every service except S3. API Gateway (`execute-api`) refuses with status 403, the other services with 400. */
export const jsonDialect = (service: string): SignatureDialect => ({
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
  clockSkewMs: 5 * 60 * 1000,
  refuse: (why, message) => new AwsError(service === 'execute-api' ? 403 : 400, CODES[why], message),
  canonicalPath,
  payloadHash: ({ headers, body }) => {
    const announced = joined(headers['x-amz-content-sha256']);
    if (announced === UNSIGNED_PAYLOAD) return announced;
    const actual = sha256(body);
    return announced === undefined || announced === actual ? actual : undefined;
  },
});

/** Removes dot segments and repeated slashes, then percent-encodes the path once more, as all services except S3 do. */
function canonicalPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(encode(segment));
  }
  return `/${segments.join('/')}${segments.length > 0 && path.endsWith('/') ? '/' : ''}`;
}
