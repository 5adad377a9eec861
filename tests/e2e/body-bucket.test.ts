import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { environments } from '../../environments';
import { bodyBucketName } from '../../modules/body-bucket-name';
import { validateFaultPlan } from '../../emulator/faults/fault-plan';
import { startCloud, type CloudUnderTest } from '../support/tunnel';

const BUCKET = bodyBucketName(environments.local);
const PLAN = validateFaultPlan(
  {
    faults: [{ name: 'bucket-slows-down', on: 'calls', match: { service: 's3', operation: 'PutObject' }, do: 'throttle', switched: true }],
  },
  'body-bucket.test.ts',
);

let running: CloudUnderTest;
let client: S3Client;
beforeAll(async () => {
  running = await startCloud({ mode: 'direct', faults: PLAN });
  const { awsEndpoint: endpoint, operator, spec } = running.cloud.services;
  client = new S3Client({ endpoint, region: spec.region, credentials: operator, forcePathStyle: true, maxAttempts: 1 });
});
afterAll(async () => {
  client.destroy();
  await running.close();
});

const put = () => client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'requests/1', Body: 'a body' }));

test('the body bucket stores, lists and returns an object, and its lifecycle rule sets an expiration', async () => {
  expect((await put()).Expiration).toContain('rule-id="forget-bodies"');
  const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  expect(Contents).toMatchObject([{ Key: 'requests/1', Size: 6 }]);
  const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'requests/1' }));
  expect(await Body?.transformToString()).toBe('a body');
  expect(running.cloud.services.buckets.objects(BUCKET)).toMatchObject([{ key: 'requests/1', bytes: 6 }]);
  expect(running.cloud.services.calls.count({ service: 's3', operation: 'GetObject' })).toBe(1);
});

test('each function may use only the actions and the prefix of the body bucket that it needs', () => {
  const { iam, spec } = running.cloud.services;
  const may = (thing: string, action: string, key: string): boolean => {
    const caller = iam.callerFor(`arn:aws:lambda:${spec.region}:${spec.accountId}:function:http-tunnel-local-${thing}`);
    return iam.decide(caller, { action: `s3:${action}`, resource: `arn:aws:s3:::${BUCKET}/${key}` }).effect === 'allowed';
  };
  expect(may('forward-request', 'PutObject', 'requests/1')).toBe(true);
  expect(may('forward-request', 'PutObject', 'responses/1')).toBe(false);
  expect(may('receive-message', 'PutObject', 'responses/1')).toBe(true);
  expect(may('receive-message', 'GetObject', 'requests/1')).toBe(false);
  expect(may('sweep', 'DeleteObject', 'responses/1')).toBe(true);
  expect(may('sweep', 'GetObject', 'responses/1')).toBe(false);
  expect(may('connect-agent', 'GetObject', 'requests/1')).toBe(false);
});

test('a fault plan makes the body bucket answer 503 SlowDown until the fault ends', async () => {
  running.cloud.services.faults.begin('bucket-slows-down');
  await expect(put()).rejects.toMatchObject({ name: 'SlowDown', $metadata: { httpStatusCode: 503 } });
  running.cloud.services.faults.end('bucket-slows-down');
  await put();
});
