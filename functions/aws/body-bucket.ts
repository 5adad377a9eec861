import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { isBodyOf } from '../../protocol';
import type { BodyStore } from '../core/body-store';
import { requestHandlerFor } from './clients';
import { sent } from './sent';
import { traced } from './traced';

/** A body of some MB takes longer than what other services do. */
const BODY_FACTOR = 2.5;

const CHECKSUM = 'x-amz-checksum-sha256';

/**
 * When a URL is signed and how long it lives from then on, in seconds. Signatures know whole seconds only, and the one that is running has
 * begun already. The time is said, and not left to the signer: signing may take until the next second.
 */
function lifeUntil(time: number): { signingDate: Date; expiresIn: number } {
  const signingDate = new Date();
  return { signingDate, expiresIn: Math.max(1, Math.ceil(time / 1000) - Math.floor(signingDate.getTime() / 1000)) };
}

/** Our own SHA-256 goes along with each body; the SDK's checksums would come on top. */
const CHECKSUMS = { requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' } as const;

/** @param callMs time for one attempt of another service's call, in ms; one of S3's gets two and a half times as much */
export const s3Client = (callMs: number): S3Client =>
  traced(new S3Client({ ...CHECKSUMS, requestHandler: { ...requestHandlerFor(callMs), requestTimeout: callMs * BODY_FACTOR } }));

/** To whom may not list a bucket, S3 does not tell apart what is missing and what is forbidden. */
const isMissing = (error: unknown): boolean =>
  error instanceof S3ServiceException && (error.name === 'NoSuchKey' || error.name === 'AccessDenied');

/**
 * The body store in a bucket of S3. `onFailure` is told of removals that failed.
 * @param callMs as for `s3Client`
 */
export function bodyBucket(bucket: string, callMs: number, onFailure?: (key: string, error: unknown) => void): BodyStore {
  const client = s3Client(callMs);
  // Neither what is only signed nor what is not waited for has a place in a trace.
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

    // As rows are removed, and for the same reasons: see row-remover.ts.
    remove: (key) => sent(untraced.send(new DeleteObjectCommand(object(key)), { requestTimeout: 0 }), (error) => onFailure?.(key, error)),

    downloadUrl: (key, until) => getSignedUrl(untraced, new GetObjectCommand(object(key)), lifeUntil(until)),

    async uploadUrl(key, { bytes, sha256 }, until) {
      const url = await getSignedUrl(untraced, new PutObjectCommand({ ...object(key), ContentLength: bytes, ChecksumSHA256: sha256 }), {
        ...lifeUntil(until),
        // As header fields S3 holds the upload to them; in the query they would be words.
        signableHeaders: new Set(['host', 'content-length', CHECKSUM]),
        unhoistableHeaders: new Set([CHECKSUM]),
      });
      return { url, headers: { [CHECKSUM]: sha256 } };
    },
  };
}
