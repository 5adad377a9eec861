import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { Iam } from '../../../emulator/iam/iam';
import { allow, deny, document, iamWith, ROLE_ARN } from '../../support/iam-fixture';
import { answerOf, BUCKET, BUCKET_ARN, presignGet, presignPut, sha256Base64, startS3, type S3Fixture } from './s3-fixture';

let s3: S3Fixture;
afterEach(() => s3.close());

async function start({ iam }: { readonly iam: Iam }): Promise<void> {
  s3 = await startS3({
    intercept: iam.intercept,
    listingRefusal: (call, resource) => iam.refusal(call, { action: 's3:ListBucket', resource }),
    roleArn: ROLE_ARN,
  });
}

const put = (Key: string) => s3.client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: 'x' }));
const get = (Key: string) => s3.client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
const upload = async (key: string) =>
  answerOf(
    await fetch(await presignPut(s3.client, key, 'x'), {
      method: 'PUT',
      body: 'x',
      headers: { 'x-amz-checksum-sha256': sha256Base64('x') },
    }),
  );

test('a role may put objects only under the keys that its policy allows', async () => {
  await start(iamWith([allow('s3:PutObject', `${BUCKET_ARN}/responses/*`)]));
  await put('responses/1');
  await expect(put('requests/1')).rejects.toMatchObject({
    name: 'AccessDenied',
    message: expect.stringContaining(
      `s3:PutObject on resource: "${BUCKET_ARN}/requests/1" because no identity-based policy allows`,
    ) as string,
    $metadata: { httpStatusCode: 403 },
  });
  await expect(s3.client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'responses/1' }))).rejects.toMatchObject({
    name: 'AccessDenied',
  });
  expect(s3.buckets.objects().map(({ key }) => key)).toEqual(['responses/1']);
});

test('a presigned URL has only the rights of the role that signed it', async () => {
  await start(iamWith([allow('s3:PutObject', `${BUCKET_ARN}/responses/*`)]));
  expect(await upload('responses/1')).toEqual({ status: 200 });
  expect(await upload('requests/1')).toMatchObject({ status: 403, code: 'AccessDenied' });
  expect(await answerOf(await fetch(await presignGet(s3.client, 'responses/1')))).toMatchObject({ status: 403, code: 'AccessDenied' });
});

test('a missing key is NoSuchKey for a role that may list the bucket, and AccessDenied for other roles', async () => {
  const reads = allow('s3:GetObject', `${BUCKET_ARN}/*`);
  const withoutList = iamWith([reads]);
  await start(withoutList);
  await expect(get('none')).rejects.toMatchObject({
    name: 'AccessDenied',
    message: expect.stringContaining(`s3:ListBucket on resource: "${BUCKET_ARN}"`) as string,
    $metadata: { httpStatusCode: 403 },
  });
  // A missing object is normal here: no warning tells of a missing right.
  expect(withoutList.warnings).toEqual([]);
  await s3.close();
  await start(iamWith([reads, allow('s3:ListBucket', BUCKET_ARN)]));
  await expect(get('none')).rejects.toMatchObject({ name: 'NoSuchKey', $metadata: { httpStatusCode: 404 } });
});

test('a Deny in the bucket policy applies to the objects of the bucket', async () => {
  const policy = { address: 'aws_s3_bucket_policy.b.policy', resourceArn: BUCKET_ARN };
  const closed = deny('s3:*', [BUCKET_ARN, `${BUCKET_ARN}/*`], { Principal: '*' });
  await start(iamWith([allow('s3:*', '*')], { resourcePolicies: [{ ...policy, document: document(closed) }] }));
  await expect(put('a')).rejects.toMatchObject({
    name: 'AccessDenied',
    message: expect.stringContaining('with an explicit deny in a resource-based policy') as string,
  });
});

test('an object that is encrypted with a customer key needs the right to use the key through S3', async () => {
  const key = 'arn:aws:kms:us-east-1:000000000000:key/1';
  const viaS3 = (action: string) => allow(action, key, { Condition: { StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } } });
  await start(iamWith([allow('s3:*', '*'), viaS3('kms:GenerateDataKey')], { encryptionKeys: { [BUCKET_ARN]: key } }));
  await put('a');
  await expect(get('a')).rejects.toMatchObject({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
});
