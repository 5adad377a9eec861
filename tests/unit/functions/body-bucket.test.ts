import { bodyRefOf } from '../../../protocol';
import { bodyBucket, s3Client } from '../../../functions/aws/body-bucket';
import { traced } from '../../../functions/aws/traced';
import type { BodyStore } from '../../../functions/core/body-store';
import { sweepStore } from '../../../functions/sweep/sweep-store';
import { FORWARD_REQUEST, REGION } from '../../support/dynamodb-endpoint';
import { eventually } from '../../support/eventually';
import { BUCKET, startS3, type S3Fixture } from '../s3/s3-fixture';

const BODY = Buffer.from('a body');
const REF = bodyRefOf(BODY);

const before = { ...process.env };
let s3: S3Fixture;
let store: BodyStore;
const failures: unknown[] = [];
beforeEach(async () => {
  s3 = await startS3();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: s3.url,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: FORWARD_REQUEST.accessKeyId,
    AWS_SECRET_ACCESS_KEY: FORWARD_REQUEST.secretAccessKey,
  });
  store = bodyBucket(BUCKET, 2000, { traced, onFailure: (key, error) => failures.push([key, error]) });
});
afterEach(async () => {
  await s3.close();
  process.env = { ...before };
});

const keys = (): string[] => s3.buckets.objects(BUCKET).map(({ key }) => key);

test('a body can be read as it was stored until it is removed', async () => {
  await store.put('requests/r1', BODY, REF);
  expect(Buffer.from((await store.get('requests/r1', REF)) ?? [])).toEqual(BODY);
  await store.remove('requests/r1');
  await eventually(() => expect(keys()).toEqual([]));
  expect(await store.get('requests/r1', REF)).toBeUndefined();
  expect(failures).toEqual([]);
});

test('a body that differs from its reference is not returned', async () => {
  await store.put('requests/r1', BODY, REF);
  for (const other of [Buffer.from('b body'), Buffer.from('a body of another length')]) {
    expect(await store.get('requests/r1', bodyRefOf(other))).toBeUndefined();
  }
});

test('a download URL alone is enough to download a body', async () => {
  await store.put('requests/r1', BODY, REF);
  const response = await fetch(await store.downloadUrl('requests/r1', Date.now() + 5000));
  expect(Buffer.from(await response.arrayBuffer())).toEqual(BODY);
});

test('an upload URL accepts exactly the body that it was made for, with its headers, and no other body', async () => {
  const { url, headers } = await store.uploadUrl('responses/r1/x', REF, Date.now() + 5000);
  for (const other of ['b body', 'a body and more']) {
    expect((await fetch(url, { method: 'PUT', headers, body: other })).ok).toBe(false);
  }
  expect((await fetch(url, { method: 'PUT', body: BODY })).ok).toBe(false);
  expect(keys()).toEqual([]);
  expect((await fetch(url, { method: 'PUT', headers, body: BODY })).ok).toBe(true);
  expect(Buffer.from((await store.get('responses/r1/x', REF)) ?? [])).toEqual(BODY);
});

test('a download URL and an upload URL are refused after their expiry time', async () => {
  await store.put('requests/r1', BODY, REF);
  const until = Date.now() + 5000;
  const [download, { url, headers }] = await Promise.all([
    store.downloadUrl('requests/r1', until),
    store.uploadUrl('requests/r1', REF, until),
  ]);
  s3.clock.now = until + 1001;
  expect((await fetch(download)).status).toBe(403);
  expect((await fetch(url, { method: 'PUT', headers, body: BODY })).status).toBe(403);
});

test('making a download URL or an upload URL sends no call to S3', async () => {
  await store.downloadUrl('requests/r1', Date.now() + 5000);
  await store.uploadUrl('responses/r1/x', REF, Date.now() + 5000);
  expect(s3.calls).toEqual([]);
});

test('sweep finds and removes the bodies that are older than a given time', async () => {
  s3.clock.now = Date.now() - 120_000;
  await store.put('requests/old', BODY, REF);
  s3.clock.now = Date.now();
  await store.put('requests/young', BODY, REF);
  const unused = {} as never;
  const sweeping = sweepStore({
    client: unused,
    connections: unused,
    leases: unused,
    owners: unused,
    pendingRequestsTable: '',
    tunnelsTable: '',
    bodies: s3Client(2000),
    bodyBucket: BUCKET,
  });
  const found = [];
  for await (const key of sweeping.bodiesBefore(Date.now() - 60_000)) found.push(key);
  expect(found).toEqual(['requests/old']);
  for (const key of found) await sweeping.removeBody(key);
  expect(keys()).toEqual(['requests/young']);
});
