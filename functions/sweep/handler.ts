/** Removes what a crash may leave behind, probes stream and bus, makes new keys for tickets, and reports the share of the rollout. */
import { randomUUID } from 'node:crypto';
import { s3Client } from '../aws/body-bucket';
import { traced } from '../aws/traced';
import { documentClient } from '../aws/clients';
import { connectionsOf } from '../aws/connections';
import { dynamoDb } from '../aws/dynamodb';
import { ownerConnections } from '../aws/owner-connections';
import { ticketKeysItem } from '../aws/ticket-keys-item';
import { rolloutTable } from '../aws/rollout-table';
import { tunnelLeases } from '../aws/tunnel-leases';
import { mustReturn } from '../core/probe-grace';
import { percentOf } from '../core/rollout-store';
import { sweep } from '../core/sweep';
import { rotateTicketKeys } from '../core/ticket-keys';
import { count } from '../metrics';
import { readSettings } from '../settings';
import { systemClock } from '../system';
import { instrumented, logger } from '../telemetry';
import { newTicketKey } from '../ticket-seal';
import { firstStartIn } from './first-start';
import { sendProbe } from './probe';
import { sweepStore } from './sweep-store';

const settings = readSettings('sweep');
const client = documentClient(settings.SERVICE_CALL_MS);
const table = dynamoDb(settings.SERVICE_CALL_MS);
const store = sweepStore({
  client,
  connections: connectionsOf(settings.AGENT_GATEWAY_URL),
  leases: tunnelLeases(table, settings.TUNNELS_TABLE, { graceMs: settings.LEASE_GRACE_MS }),
  owners: ownerConnections(table, settings.TUNNELS_TABLE),
  pendingRequestsTable: settings.PENDING_REQUESTS_TABLE,
  tunnelsTable: settings.TUNNELS_TABLE,
  bodies: traced(s3Client(settings.SERVICE_CALL_MS)),
  bodyBucket: settings.BODY_BUCKET,
});

const firstStart = firstStartIn(client, settings.TUNNELS_TABLE);
const ticketKeys = ticketKeysItem(table, settings.TUNNELS_TABLE);
const rollout = rolloutTable(client, settings.TUNNELS_TABLE);

/** Length of a run, in ms: the rate of the schedule. Runs are numbered by the minute. */
const RUN_MS = 60_000;

async function probe(now: number): Promise<void> {
  await sendProbe(client, settings.PENDING_REQUESTS_TABLE, `probe-${randomUUID()}`, now);
  if (mustReturn(now, await firstStart(now), settings.PROBE_GRACE_MS)) count('ProbeExpected');
}

async function reportRollout(): Promise<void> {
  const stored = await rollout.read();
  count('RolloutPercent', settings.USE_EVENT_DRIVEN ? percentOf(stored, settings.EVENT_DRIVEN_PERCENT) : 0);
  const { baseline } = stored.item ?? {};
  if (baseline?.returnMs !== undefined) count('BaselineReturnTime', baseline.returnMs);
}

export const handler = instrumented(async (): Promise<void> => {
  const now = systemClock.now();
  // Cleaning up comes last, because it may take long or fail.
  await probe(now);
  await reportRollout();
  if (await rotateTicketKeys(ticketKeys, { now, lifeMs: settings.TICKET_KEY_MS, newKey: newTicketKey }))
    logger.info('a new key seals tickets');
  const removed = await sweep(store, now, { run: Math.floor(now / RUN_MS), nameCooldownMs: settings.NAME_COOLDOWN_MS });
  count('Leftovers', removed.requests);
  logger.info('swept', { ...removed });
});
