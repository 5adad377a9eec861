import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { isBodyOf } from '../../protocol';
import type { BodyStore } from '../core/body-store';
import { requestHandlerFor } from './request-handler';
import { sent } from './sent';
import type { traced } from './traced';

/** A call with a body of several MB gets this many times the time of other calls. */
const BODY_FACTOR = 2.5;

const CHECKSUM = 'x-amz-checksum-sha256';

/**
 * The signing time of a URL, and its lifetime from then on in seconds. Signatures use whole seconds, so the time is counted from
 * the start of the current second. The signer gets the time explicitly, because it may run in the next second.
 */
function lifeUntil(time: number): { signingDate: Date; expiresIn: number } {
  const signingDate = new Date();
  return { signingDate, expiresIn: Math.max(1, Math.ceil(time / 1000) - Math.floor(signingDate.getTime() / 1000)) };
}

/** Turns off the checksums of the SDK: a SHA-256 of this project goes along with each body already. */
const CHECKSUMS = { requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' } as const;

/** @param callMs time for one attempt of a call of other services, in ms; a call of S3 gets two and a half times as much */
export const s3Client = (callMs: number): S3Client =>
  new S3Client({ ...CHECKSUMS, requestHandler: { ...requestHandlerFor(callMs), requestTimeout: callMs * BODY_FACTOR } });

/** Whether the object is missing. For callers that may not list the bucket, S3 answers the same for a missing and a forbidden object. */
const isMissing = (error: unknown): boolean =>
  error instanceof S3ServiceException && (error.name === 'NoSuchKey' || error.name === 'AccessDenied');

/**
 * The body store in an S3 bucket. `onFailure` is called for removals that failed.
 * @param callMs as for `s3Client`
 * @param options.traced adds subsegments. It is a parameter, because a function loads this file by itself (build-functions.ts), and the file
 * would have a copy of the tracer that knows no segment
 */
export function bodyBucket(
  bucket: string,
  callMs: number,
  options: { readonly traced: typeof traced; readonly onFailure?: ((key: string, error: unknown) => void) | undefined },
): BodyStore {
  const { onFailure } = options;
  const client = options.traced(s3Client(callMs));
  // This client signs URLs and sends removals that nobody waits for. Neither belongs in a trace.
  const { credentials, region, requestHandler } = client.config;
  const untraced = new S3Client({ ...CHECKSUMS, credentials, region, requestHandler });
  const object = (key: string) => ({ Bucket: bucket, Key: key });
  return {
    async put(key, body, { bytes, sha256 }) {
      await client.send(new PutObjectCommand({ ...object(key), Body: body, ContentLength: bytes, ChecksumSHA256: sha256 }));
    },

    async get(key, ref) {
      try {
        const { Body } = await client.send(new GetObjectCommand(object(key)));
        const body = await Body?.transformToByteArray();
        return body && isBodyOf(body, ref) ? body : undefined;
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },

    // Sends the removal without waiting for the reply, for the reasons in row-remover.ts.
    remove: (key) => sent(untraced.send(new DeleteObjectCommand(object(key)), { requestTimeout: 0 }), (error) => onFailure?.(key, error)),

    downloadUrl: (key, until) => getSignedUrl(untraced, new GetObjectCommand(object(key)), lifeUntil(until)),

    async uploadUrl(key, { bytes, sha256 }, until) {
      const url = await getSignedUrl(untraced, new PutObjectCommand({ ...object(key), ContentLength: bytes, ChecksumSHA256: sha256 }), {
        ...lifeUntil(until),
        // Signed as headers, S3 enforces them. As query parameters it ignores them.
        signableHeaders: new Set(['host', 'content-length', CHECKSUM]),
        unhoistableHeaders: new Set([CHECKSUM]),
      });
      return { url, headers: { [CHECKSUM]: sha256 } };
    },
  };
}
