import { once } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import WebSocket from 'ws';
import type { Interceptor } from '../../emulator/services';
import { eventually } from '../support/eventually';
import { MinimalAgent } from '../support/minimal-agent';
import { tunnelRow } from '../support/table-rows';
import { functionOf, ruleOf, startCloud, tableOf, type CloudUnderTest } from '../support/tunnel';

const HOUR_MS = 3_600_000;

/** While set, the write of disconnect-agent waits until the test calls `goOn`. */
let held: { goOn?: () => void } | undefined;
const holdDisconnects: Interceptor = async ({ caller, operation }, next) => {
  if (held && operation === 'UpdateItem' && caller.functionName === functionOf(under.cloud, 'disconnect-agent')) {
    const disconnect = held;
    await new Promise<void>((resolve) => (disconnect.goOn = resolve));
  }
  return next();
};

let under: CloudUnderTest;
beforeAll(async () => {
  under = await startCloud({ intercept: holdDisconnects });
});
afterAll(() => under.close());

/** Opens a connection of an agent that has not said `ready` yet. */
async function open(token: string, query: Record<string, string> = {}): Promise<WebSocket> {
  const url = new URL(under.agentEndpoint);
  url.search = new URLSearchParams({ token, ...query }).toString();
  const socket = new WebSocket(url);
  await once(socket, 'open');
  return socket;
}

const leaseExpiresAt = async (name: string): Promise<number> =>
  Number(((await tunnelRow(under, name))?.['leaseExpiresAt'] as { N: string }).N);

test('an agent that reconnects keeps a full lease, although $disconnect of its older connection comes between $connect and ready', async () => {
  const token = await under.token('ann');
  const older = await MinimalAgent.connect(under.agentEndpoint, token, () => undefined, { name: 'late' });
  const disconnect: typeof held = {};
  held = disconnect;
  older.vanish();
  await eventually(() => disconnect.goOn !== undefined);
  held = undefined;
  const newer = await open(token, { name: 'late' });
  disconnect.goOn?.();
  await eventually(async () => expect(await tunnelRow(under, 'late')).not.toHaveProperty('connectionId'));
  newer.send(JSON.stringify({ type: 'ready' }));
  await once(newer, 'message');
  await expect(leaseExpiresAt('late')).resolves.toBeGreaterThan(Date.now() + HOUR_MS);
  newer.terminate();
});

test('connections that never say ready leave no rows in the tunnels table', async () => {
  const rows = async () =>
    (await under.cloud.services.dynamodb.scan(tableOf(under.cloud, 'tunnels'))).filter((row) => row['leaseExpiresAt'] !== undefined);
  const before = await rows();
  const token = await under.token('eve', []);
  const sockets = await Promise.all(Array.from({ length: 5 }, () => open(token)));
  await expect(rows()).resolves.toHaveLength(before.length + 5);
  for (const socket of sockets) socket.terminate();
  await eventually(async () =>
    expect((await rows()).filter((row) => isDeepStrictEqual(row['leaseExpiresAt'], { N: '0' }))).toHaveLength(5),
  );
  under.cloud.services.schedules.fire(ruleOf(under.cloud, 'sweep-schedule-rule'));
  await eventually(async () => expect(await rows()).toHaveLength(before.length));
});
