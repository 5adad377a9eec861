import { latencyHooks } from '../../../emulator/latency/latency-hooks';
import { call } from '../../support/iam-fixture';

test('the time since the arrival of a call counts as part of its latency', async () => {
  const { intercept } = latencyHooks(() => 60_000);
  const arrivedAt = performance.now() - 59_990;
  // If the code waited for the whole minute, the test's own time-out would fail the test.
  const reply = await intercept?.({ ...call('dynamodb', 'GetItem'), arrivedAt }, () => Promise.resolve({ status: 200, body: '{}' }));
  expect(reply?.status).toBe(200);
});

test.each([
  ['PutObject', 3 * 1024 * 1024, '', ['S3 write', 'S3 transfer of 1 MB'], 40],
  ['GetObject', 0, 'x'.repeat(3 * 1024 * 1024), ['S3 read', 'S3 transfer of 1 MB'], 40],
  ['DeleteObject', 0, '', ['S3 write'], 10],
])('%s takes the latency of its operation plus the transfer latency of each megabyte', async (operation, bytes, body, drawn, ms) => {
  const operations: string[] = [];
  const { intercept } = latencyHooks((each) => {
    operations.push(each);
    return 10;
  });
  const startedAt = performance.now();
  await intercept?.({ ...call('s3', operation, { bytes }), arrivedAt: startedAt }, () => Promise.resolve({ status: 200, body }));
  expect(operations).toEqual(drawn);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(ms - 2);
});
