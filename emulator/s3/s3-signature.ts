/** S3's variant of signatures: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html */
import { decode, encode, joined, queryPairsOf, sha256 } from '../aws-endpoint/canonical';
import type { Verify } from '../aws-endpoint/aws-request';
import { UNSIGNED_PAYLOAD, type SignatureDialect, type SignatureRefusal } from '../aws-endpoint/signature-dialect';
import type { SignedRequest } from '../aws-endpoint/signed-request';
import { AwsError, type Principal } from '../services';
import { invalidArgument, invalidRequest, notImplemented } from './s3-errors';

type Wording = readonly [status: number, code: string, message?: string];

const REFUSALS: Readonly<Record<SignatureRefusal, Wording>> = {
  missing: [403, 'AccessDenied', 'Access Denied'],
  incomplete: [400, 'AuthorizationHeaderMalformed'],
  malformed: [400, 'AuthorizationHeaderMalformed'],
  expired: [403, 'RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.'],
  early: [403, 'RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.'],
  'unknown key': [403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.'],
  mismatch: [
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  ],
};

/** Errors that are different for presigned requests. */
const PRESIGNED_REFUSALS: Readonly<Partial<Record<SignatureRefusal, Wording>>> = {
  incomplete: [400, 'AuthorizationQueryParametersError'],
  malformed: [400, 'AuthorizationQueryParametersError'],
  expired: [403, 'AccessDenied', 'Request has expired'],
  early: [403, 'AccessDenied', 'Request is not yet valid'],
};

const DIALECT: SignatureDialect = {
  // RequestTimeTooSkewed: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
  clockSkewMs: 15 * 60 * 1000,
  refuse: (why, message, presigned) => {
    const [status, code, ownMessage = message] = (presigned ? PRESIGNED_REFUSALS[why] : undefined) ?? REFUSALS[why];
    return new AwsError(status, code, ownMessage);
  },
  // The path is encoded once and not normalized: keys may contain dots and repeated slashes.
  canonicalPath: (path) =>
    path
      .split('/')
      .map((segment) => encode(decode(segment)))
      .join('/'),
  payloadHash: (request) => announcedPayload(request) ?? UNSIGNED_PAYLOAD,
};

/**
 * Verifies the signature and returns the caller. For a presigned request this is the signer, but without the execution environment
 * that signed the request: the environment may be frozen or gone.
 * @throws AwsError for a signature that is invalid, does not cover all `x-amz-` header fields, or covers another body
 */
export function verifyS3(request: SignedRequest, verify: Verify): Principal {
  const { principal, signedHeaders, presigned } = verify(request, { service: 's3', dialect: DIALECT });
  const unsigned = Object.keys(request.headers).filter((name) => name.startsWith('x-amz-') && !signedHeaders.includes(name));
  if (unsigned.length > 0)
    throw new AwsError(403, 'AccessDenied', `There were headers present in the request which were not signed: ${unsigned.join(', ')}`);
  checkPayload(request, presigned);
  const { environment: _, ...signer } = principal;
  return presigned ? signer : principal;
}

function checkPayload(request: SignedRequest, presigned: boolean): void {
  const announced = announcedPayload(request);
  if (announced === undefined && !presigned) throw invalidRequest('Missing required header for this request: x-amz-content-sha256');
  if (announced === undefined || announced === UNSIGNED_PAYLOAD) return;
  if (announced.startsWith('STREAMING-')) throw notImplemented(`A body in chunks (${announced})`);
  if (!/^[0-9a-f]{64}$/.test(announced))
    throw invalidArgument('x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, or a valid sha256 value.');
  if (announced !== sha256(request.body))
    throw new AwsError(400, 'XAmzContentSHA256Mismatch', "The provided 'x-amz-content-sha256' header does not match what was computed.");
}

const announcedPayload = ({ headers, url }: SignedRequest): string | undefined =>
  joined(headers['x-amz-content-sha256']) ?? new Map(queryPairsOf(url)).get('X-Amz-Content-Sha256');
