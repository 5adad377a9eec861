import { latencyHooks } from '../../../local/latency/latency-hooks';
import { call } from '../../support/iam-fixture';

test('what a service has taken to read a call is part of its latency, not on top of it', async () => {
  const { intercept } = latencyHooks(() => 60_000);
  const arrivedAt = performance.now() - 59_990;
  // The test's own time-out is what fails where the whole minute is waited for.
  const reply = await intercept?.({ ...call('dynamodb', 'GetItem'), arrivedAt }, () => Promise.resolve({ status: 200, body: '{}' }));
  expect(reply?.status).toBe(200);
});
