import { BUCKET, answerOf, clientOf, presignGet, presignPut, sha256Base64, startS3, type S3Fixture } from './s3-fixture';
import { SWEEP } from '../../support/dynamodb-endpoint';

let s3: S3Fixture;
beforeEach(async () => {
  s3 = await startS3();
});
afterEach(() => s3.close());

const KEY = 'responses/r-1/abc';
const upload = async (url: string, body: string, headers: Record<string, string> = { 'x-amz-checksum-sha256': sha256Base64(body) }) =>
  answerOf(await fetch(url, { method: 'PUT', body, headers }));
const keys = (): string[] => s3.buckets.objects(BUCKET).map(({ key }) => key);

test('a presigned URL alone is enough to upload the signed body and to download a body', async () => {
  expect(await upload(await presignPut(s3.client, KEY, 'hello'), 'hello')).toEqual({ status: 200 });
  const response = await fetch(await presignGet(s3.client, KEY));
  expect([response.status, await response.text()]).toEqual([200, 'hello']);
});

test('a call by a presigned URL has the signer as its caller, but no execution environment', async () => {
  await upload(await presignPut(s3.client, KEY, 'hello'), 'hello');
  expect(s3.calls.map(({ caller }) => [caller.functionName, caller.environment])).toEqual([['forward-request', undefined]]);
});

test.each([
  ['another body of the same length', 'jello', { 'x-amz-checksum-sha256': sha256Base64('hello') }, 400, 'BadDigest'],
  ['another body with its own checksum', 'jello', { 'x-amz-checksum-sha256': sha256Base64('jello') }, 403, 'SignatureDoesNotMatch'],
  ['a longer body', 'hello!', { 'x-amz-checksum-sha256': sha256Base64('hello') }, 403, 'SignatureDoesNotMatch'],
  ['a body without a checksum', 'hello', {}, 403, 'SignatureDoesNotMatch'],
  [
    'a header field that was not signed',
    'hello',
    { 'x-amz-checksum-sha256': sha256Base64('hello'), 'x-amz-acl': 'public-read' },
    403,
    'AccessDenied',
  ],
] as const)('a presigned upload URL refuses %s', async (_what, body, headers, status, code) => {
  expect(await upload(await presignPut(s3.client, KEY, 'hello'), body, { ...headers })).toMatchObject({ status, code });
  expect(keys()).toEqual([]);
});

test.each([
  ['path', (url: string) => url.replace('/abc', '/abd')],
  ['expiry', (url: string) => url.replace('Expires=20', 'Expires=99')],
  ['list of signed header fields', (url: string) => url.replace('content-length%3B', '')],
  ['query', (url: string) => `${url}&x-amz-acl=public-read`],
  ['signature', (url: string) => url.replace(/Signature=..../, 'Signature=0000')],
])('a presigned URL whose %s was changed is refused', async (_what, change) => {
  const url = await presignPut(s3.client, KEY, 'hello');
  const changed = change(url);
  expect(changed).not.toBe(url);
  expect(await upload(changed, 'hello')).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
  expect(keys()).toEqual([]);
});

test('a download URL cannot upload, and an upload URL cannot download', async () => {
  expect(await upload(await presignGet(s3.client, KEY), 'hello', {})).toMatchObject({ code: 'SignatureDoesNotMatch' });
  const response = await fetch(await presignPut(s3.client, KEY, 'hello'));
  expect(await answerOf(response)).toMatchObject({ code: 'SignatureDoesNotMatch' });
});

test('a presigned URL is refused after its expiry time and before its start time', async () => {
  const url = await presignPut(s3.client, KEY, 'hello', 20);
  s3.clock.now += 22_000;
  expect(await upload(url, 'hello')).toEqual({ status: 403, code: 'AccessDenied', message: 'Request has expired' });
  s3.clock.now -= 24 * 60 * 60 * 1000;
  expect(await upload(url, 'hello')).toEqual({ status: 403, code: 'AccessDenied', message: 'Request is not yet valid' });
  expect(keys()).toEqual([]);
});

test('an unknown access key, a wrong secret and a missing signature are refused with the error codes of S3', async () => {
  const nobody = clientOf(s3.url, { ...SWEEP, accessKeyId: 'AKIANOBODY' });
  expect(await answerOf(await fetch(await presignGet(nobody, KEY)))).toMatchObject({ status: 403, code: 'InvalidAccessKeyId' });
  const guess = clientOf(s3.url, { ...SWEEP, secretAccessKey: 'guess' });
  expect(await answerOf(await fetch(await presignGet(guess, KEY)))).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
  expect(await answerOf(await fetch(`${s3.url}/${BUCKET}/${KEY}`))).toMatchObject({ status: 403, code: 'AccessDenied' });
  expect(await answerOf(await fetch(`${s3.url}/${BUCKET}/${KEY}?X-Amz-Algorithm=AWS4-HMAC-SHA256`))).toMatchObject({
    status: 400,
    code: 'AuthorizationQueryParametersError',
  });
  for (const client of [nobody, guess]) client.destroy();
  expect(s3.calls).toEqual([]);
});
