/** The S3 operations that the bodies of requests and answers need. */
import { createHash } from 'node:crypto';
import { AwsError } from '../services';
import type { AwsCall, AwsReply, ServiceApi } from '../services';
import type { Bucket, StoredObject } from './bucket';
import { checkedChecksum, checksumHeader } from './checksums';
import { listObjects } from './list-objects';
import { notImplemented } from './s3-errors';

export interface S3Options {
  /** The error for a caller who may not list the bucket. It replaces NoSuchKey, so as not to reveal which objects are missing. */
  readonly listingRefusal?: (call: AwsCall, bucketArn: string) => AwsError | undefined;
}

type Operation = (call: AwsCall, bucket: Bucket, options: S3Options) => AwsReply;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  PutObject: putObject,
  GetObject: getObject,
  HeadObject: (...about) => ({ ...getObject(...about), body: '' }),
  DeleteObject: ({ input }, bucket) => {
    bucket.delete(keyOf(input));
    return { status: 204, body: '' };
  },
  ListObjectsV2: ({ input }, bucket) => listObjects(bucket, input),
};

export function s3Service(buckets: readonly Bucket[], options: S3Options = {}): ServiceApi {
  return async (call) => {
    const run = OPERATIONS[call.operation];
    if (!run) throw notImplemented(`s3:${call.operation}`);
    const bucket = buckets.find(({ spec }) => spec.name === call.input['Bucket']);
    if (!bucket) throw new AwsError(404, 'NoSuchBucket', 'The specified bucket does not exist');
    return run(call, bucket, options);
  };
}

function putObject({ input, body = Buffer.alloc(0) }: AwsCall, bucket: Bucket): AwsReply {
  const checksum = checkedChecksum(input, body);
  const { ContentType: contentType = 'binary/octet-stream' } = input as Record<string, string | undefined>;
  const stored = bucket.put({
    key: keyOf(input),
    body,
    contentType,
    etag: `"${createHash('md5').update(body).digest('hex')}"`,
    ...(checksum && { checksum }),
  });
  return { status: 200, headers: { etag: stored.etag, ...expiration(stored, bucket), ...checksumHeaders(stored) }, body: '' };
}

function getObject(call: AwsCall, bucket: Bucket, { listingRefusal }: S3Options): AwsReply {
  const stored = bucket.get(keyOf(call.input));
  if (!stored) throw listingRefusal?.(call, bucket.spec.arn) ?? new AwsError(404, 'NoSuchKey', 'The specified key does not exist.');
  const headers = {
    'content-type': stored.contentType,
    'content-length': String(stored.body.length),
    etag: stored.etag,
    'last-modified': new Date(stored.storedAt).toUTCString(),
    'accept-ranges': 'none',
    ...expiration(stored, bucket),
    ...(call.input['ChecksumMode'] === 'ENABLED' && checksumHeaders(stored)),
  };
  return { status: 200, headers, body: stored.body };
}

const keyOf = (input: AwsCall['input']): string => String(input['Key']);

const checksumHeaders = ({ checksum }: StoredObject): Record<string, string> =>
  checksum ? { [checksumHeader(checksum)]: checksum.value, 'x-amz-checksum-type': 'FULL_OBJECT' } : {};

function expiration(stored: StoredObject, bucket: Bucket): Record<string, string> {
  const expiry = bucket.expiryOf(stored);
  return expiry ? { 'x-amz-expiration': `expiry-date="${new Date(expiry.at).toUTCString()}", rule-id="${expiry.ruleId}"` } : {};
}
