/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
import type { AwsReply } from '../services';
import type { Bucket, StoredObject } from './bucket';
import { invalidArgument } from './s3-errors';
import { element, xmlDocument } from './xml';

const MAX_KEYS = 1000;

type Input = Readonly<Record<string, unknown>>;

/** Lists one page of objects. A continuation token contains the last key of the page before; callers must not rely on this. */
export function listObjects(bucket: Bucket, input: Input): AwsReply {
  const { Prefix: prefix = '', StartAfter: startAfter = '', ContinuationToken: token } = input as Record<string, string | undefined>;
  const maxKeys = maxKeysOf(input);
  const after = Buffer.from(token === undefined ? startAfter : keyIn(token));
  const all = bucket.list().filter(({ key }) => key.startsWith(prefix) && Buffer.compare(Buffer.from(key), after) > 0);
  const page = all.slice(0, maxKeys);
  const last = page.at(-1);
  const more = last !== undefined && page.length < all.length;
  const result = element(
    'ListBucketResult',
    element('Name', bucket.spec.name),
    element('Prefix', prefix),
    ...(token === undefined ? [] : [element('ContinuationToken', token)]),
    ...(startAfter === '' ? [] : [element('StartAfter', startAfter)]),
    ...(more ? [element('NextContinuationToken', tokenOf(last.key))] : []),
    element('KeyCount', page.length),
    element('MaxKeys', maxKeys),
    element('IsTruncated', more),
    ...page.map(describe),
  );
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: xmlDocument(result) };
}

const describe = ({ key, body, etag, checksum, storedAt }: StoredObject) =>
  element(
    'Contents',
    element('Key', key),
    element('LastModified', new Date(storedAt).toISOString()),
    element('ETag', etag),
    ...(checksum ? [element('ChecksumAlgorithm', checksum.algorithm), element('ChecksumType', 'FULL_OBJECT')] : []),
    element('Size', body.length),
    element('StorageClass', 'STANDARD'),
  );

function maxKeysOf({ MaxKeys: text = String(MAX_KEYS) }: Input): number {
  if (!/^\d{1,9}$/.test(String(text))) throw invalidArgument('Provided max-keys not an integer or within integer range');
  return Math.min(Number(text), MAX_KEYS);
}

const tokenOf = (key: string): string => Buffer.from(`after ${key}`).toString('base64url');

function keyIn(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith('after ')) throw invalidArgument('The continuation token provided is incorrect');
  return text.slice('after '.length);
}
