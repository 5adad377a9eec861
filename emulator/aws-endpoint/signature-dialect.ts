/** What services do each in their own way with a signature: what exactly is signed, and how they refuse. */
import { AwsError } from '../services';
import { encode, joined, sha256 } from './canonical';
import type { SignedRequest } from './signed-request';

export type Refusal = 'missing' | 'incomplete' | 'malformed' | 'expired' | 'early' | 'unknown key' | 'mismatch';

export interface SignatureDialect {
  /** How far the clocks of caller and service may be apart. */
  readonly clockSkewMs: number;
  readonly refuse: (why: Refusal, message: string, presigned: boolean) => AwsError;
  /** @param path as on the wire, without the query */
  readonly canonicalPath: (path: string) => string;
  /** What stands for the body in the signature; undefined when the request announces another body than it has. */
  readonly payloadHash: (request: SignedRequest) => string | undefined;
}

/** Stands in place of the body's hash where the sender leaves the body out of the signature. */
export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';

const CODES: Readonly<Record<Refusal, string>> = {
  missing: 'MissingAuthenticationTokenException',
  incomplete: 'IncompleteSignatureException',
  malformed: 'InvalidSignatureException',
  expired: 'InvalidSignatureException',
  early: 'InvalidSignatureException',
  'unknown key': 'UnrecognizedClientException',
  mismatch: 'InvalidSignatureException',
};

/** That of every service but S3; they refuse with status 400, API Gateway (`execute-api`) with 403. */
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

/** Dot segments and repeated slashes removed, then encoded once more than on the wire, as all services but S3 have it. */
function canonicalPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(encode(segment));
  }
  return `/${segments.join('/')}${segments.length > 0 && path.endsWith('/') ? '/' : ''}`;
}
