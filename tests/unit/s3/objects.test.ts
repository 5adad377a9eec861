import { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { BUCKET, sha256Base64, startS3, type S3Fixture } from './s3-fixture';

let s3: S3Fixture;
beforeEach(async () => {
  s3 = await startS3();
});
afterEach(() => s3.close());

const put = (Key: string, text = Key) => s3.client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: Buffer.from(text) }));
const get = (Key: string) => s3.client.send(new GetObjectCommand({ Bucket: BUCKET, Key, ChecksumMode: 'ENABLED' }));
const at = (Key: string) => ({ Bucket: BUCKET, Key });

test.each(['requests/abc', 'a b+c&d=ü/é', 'dots/.././/twice', 'percent%2Fsign', "(brackets)!'*~"])(
  'an object with the key %s is read as it was stored, with its checksum',
  async (key) => {
    const body = Buffer.from([0, 255, 10, 13, ...Buffer.from(key)]);
    const stored = await s3.client.send(
      new PutObjectCommand({
        ...at(key),
        Body: body,
        ContentLength: body.length,
        ChecksumSHA256: sha256Base64(body),
        ContentType: 'image/x',
      }),
    );
    expect(stored.ChecksumSHA256).toBe(sha256Base64(body));
    const found = await get(key);
    expect(Buffer.from(await found.Body!.transformToByteArray())).toEqual(body);
    expect(found).toMatchObject({
      ETag: stored.ETag,
      ChecksumSHA256: sha256Base64(body),
      ContentType: 'image/x',
      ContentLength: body.length,
    });
    expect(s3.buckets.objects(BUCKET)).toEqual([{ key, bytes: body.length, storedAt: s3.clock.now }]);
  },
);

test('the CRC32 checksum that SDKs add by default is stored too', async () => {
  await put('a');
  expect(await get('a')).toMatchObject({ ChecksumCRC32: '6Le+Qw==' });
});

test('an interceptor sees the operation, the parameters and the number of bytes, but not the content', async () => {
  await put('requests/1', 'secret');
  const [{ service, operation, input, caller }] = s3.calls as [(typeof s3.calls)[0]];
  expect([service, operation, caller.functionName]).toEqual(['s3', 'PutObject', 'forward-request']);
  expect(input).toMatchObject({ ...at('requests/1'), bytes: 6 });
  expect(JSON.stringify(input)).not.toContain('secret');
});

test('HeadObject returns the size of an object, and NotFound for a missing object', async () => {
  await put('a', 'four');
  expect(await s3.client.send(new HeadObjectCommand(at('a')))).toMatchObject({ ContentLength: 4 });
  await expect(s3.client.send(new HeadObjectCommand(at('b')))).rejects.toMatchObject({ name: 'NotFound' });
});

test('a deleted object is gone, and a second delete is no error', async () => {
  await put('a');
  await s3.client.send(new DeleteObjectCommand(at('a')));
  await s3.client.send(new DeleteObjectCommand(at('a')));
  await expect(get('a')).rejects.toMatchObject({ name: 'NoSuchKey', $metadata: { httpStatusCode: 404 } });
  expect(s3.buckets.objects()).toEqual([]);
});

test('a body that does not match its checksum is refused and not stored', async () => {
  const other = new PutObjectCommand({ ...at('a'), Body: Buffer.from('a'), ChecksumSHA256: sha256Base64('b') });
  await expect(s3.client.send(other)).rejects.toMatchObject({ name: 'BadDigest', $metadata: { httpStatusCode: 400 } });
  const none = new PutObjectCommand({ ...at('a'), Body: Buffer.from('a'), ChecksumSHA256: 'short' });
  await expect(s3.client.send(none)).rejects.toMatchObject({ name: 'InvalidRequest' });
  const md5 = new PutObjectCommand({ ...at('a'), Body: Buffer.from('a'), ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' });
  await expect(s3.client.send(md5)).rejects.toMatchObject({ name: 'BadDigest' });
  expect(s3.buckets.objects()).toEqual([]);
});

test('a request to a bucket that the stack does not have gets NoSuchBucket', async () => {
  await expect(s3.client.send(new GetObjectCommand({ Bucket: 'other', Key: 'a' }))).rejects.toMatchObject({
    name: 'NoSuchBucket',
    $metadata: { httpStatusCode: 404 },
  });
});

test('ListObjectsV2 lists the keys with a prefix in byte order, page by page', async () => {
  for (const key of ['requests/b', 'requests/é', 'requests/a', 'requests/Z', 'responses/x']) await put(key);
  const keys: (string | undefined)[][] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.client.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'requests/', MaxKeys: 3, ContinuationToken }));
    keys.push((page.Contents ?? []).map(({ Key }) => Key));
    ContinuationToken = page.NextContinuationToken;
    expect(page.IsTruncated).toBe(ContinuationToken !== undefined);
  } while (ContinuationToken);
  expect(keys).toEqual([['requests/Z', 'requests/a', 'requests/b'], ['requests/é']]);
  const after = await s3.client.send(new ListObjectsV2Command({ Bucket: BUCKET, StartAfter: 'requests/b' }));
  expect(after.Contents?.map(({ Key, Size }) => [Key, Size])).toEqual([
    ['requests/é', 11],
    ['responses/x', 11],
  ]);
});

test('a list of an empty bucket has no contents, and an invalid continuation token is refused', async () => {
  expect(await s3.client.send(new ListObjectsV2Command({ Bucket: BUCKET }))).toMatchObject({ KeyCount: 0, IsTruncated: false });
  const made = new ListObjectsV2Command({ Bucket: BUCKET, ContinuationToken: 'made up' });
  await expect(s3.client.send(made)).rejects.toMatchObject({ name: 'InvalidArgument' });
});

test('an object with a lifecycle of one day is removed at the first midnight (UTC) after a whole day', async () => {
  const day = 24 * 60 * 60 * 1000;
  await put('a');
  expect((await get('a')).Expiration).toMatch(/^expiry-date="\w+, \d+ \w+ \d{4} 00:00:00 GMT", rule-id="forget-bodies"$/);
  const midnight = (Math.floor(s3.clock.now / day) + 2) * day;
  s3.clock.now = midnight - 1;
  expect(s3.buckets.objects()).toHaveLength(1);
  s3.clock.now = midnight;
  expect(s3.buckets.objects()).toEqual([]);
});

test.each([
  ['a body in chunks', new PutObjectCommand({ ...at('a'), Body: Readable.from([Buffer.from('a')]), ContentLength: 1 })],
  ['a condition', new PutObjectCommand({ ...at('a'), Body: 'a', IfNoneMatch: '*' })],
  ['a byte range', new GetObjectCommand({ ...at('a'), Range: 'bytes=0-1' })],
  ['metadata', new PutObjectCommand({ ...at('a'), Body: 'a', Metadata: { of: 'mine' } })],
  ['a delimiter', new ListObjectsV2Command({ Bucket: BUCKET, Delimiter: '/' })],
])('a request with %s is refused as not emulated', async (_what, command) => {
  await expect(s3.client.send(command as PutObjectCommand)).rejects.toMatchObject({
    name: 'NotImplemented',
    message: expect.stringContaining('not emulated by the local cloud') as string,
  });
});
