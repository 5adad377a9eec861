import { PERIOD_MS, shareOf } from '../../emulator/lambda/cpu-budget';
import type { InvocationRecord } from '../../emulator/lambda/invocation';
import { tellsCpuTime } from '../../emulator/lambda/process-cpu';
import { AWS_LATENCY, type LatencyOperation } from '../../emulator/latency/aws-latency';
import { eventually } from '../support/eventually';
import { functionOf, startTunnel } from '../support/tunnel';

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

(tellsCpuTime() ? test : test.skip)(
  'with a share of a core, both functions of a visit use at most that share, and others see it answered',
  async () => {
    const tunnel = await startTunnel({ mode: 'direct', cpuShare: true });
    try {
      const records: InvocationRecord[] = [];
      tunnel.cloud.services.lambda.events.on('invocation', (record) => records.push(record));
      expect(await tunnel.visit('/nonce/1')).toMatchObject({ status: 200, text: '1' });
      for (const name of ['forward-request', 'receive-message']) {
        const spec = tunnel.cloud.services.spec.functions.find((each) => each.name === functionOf(tunnel.cloud, name));
        await eventually(() => expect(records.map(({ functionName }) => functionName)).toContain(spec?.name));
        const { cpu, durationMs = 0 } = records.find(({ functionName }) => functionName === spec?.name) ?? {};
        // A period begins with its whole quota.
        expect(cpu?.usedMs).toBeLessThanOrEqual(shareOf(spec?.memoryMb ?? 0) * (durationMs + PERIOD_MS) * 1.25);
      }
    } finally {
      await tunnel.close();
    }
  },
);
