import { AWS_LATENCY, type LatencyOperation } from '../../emulator/latency/aws-latency';
import { startTunnel } from '../support/tunnel';

/** All operations except S3: bodies that fit into a message do not go through S3. */
const WITHOUT_BUCKET = Object.keys(AWS_LATENCY).filter((operation) => !operation.startsWith('S3 '));

test('two small requests and their agent wait for every operation of the latency profile, except those of S3', async () => {
  const waited = new Set<LatencyOperation>();
  const latency = (operation: LatencyOperation): number => {
    waited.add(operation);
    return 1;
  };
  const tunnel = await startTunnel({ mode: 'bus', latency });
  try {
    expect(await tunnel.visit('/nonce/1')).toMatchObject({ status: 200, text: '1' });
    expect(await tunnel.visit('/nonce/2')).toMatchObject({ status: 200, text: '2' });
    expect([...waited].sort()).toEqual(WITHOUT_BUCKET.sort());
  } finally {
    await tunnel.close();
  }
});

test('a latency of 150 ms before each function makes a visit at least 300 ms long, because two functions run', async () => {
  let slow = 0;
  const tunnel = await startTunnel({ mode: 'direct', latency: (operation) => (operation === 'gateway to function' ? slow : 0) });
  try {
    await tunnel.visit('/nonce/warm-up');
    slow = 150;
    // The latency counts once for forward-request and once for receive-message.
    expect((await tunnel.visit('/nonce/1')).ms).toBeGreaterThanOrEqual(300);
  } finally {
    await tunnel.close();
  }
});
