/** Removes what a crash could leave, and probes stream and bus. */
import { randomUUID } from 'node:crypto';
import { connectionsClient, documentClient } from '../aws/clients';
import { tunnelLeases } from '../aws/tunnels-table';
import { sweep } from '../core/sweep';
import { readSettings } from '../settings';
import { systemClock } from '../system';
import { count, instrumented, logger } from '../telemetry';
import { sendProbe } from './probe';
import { sweepStore } from './sweep-store';

const settings = readSettings('sweep');
const client = documentClient();
const store = sweepStore({
  client,
  connections: connectionsClient(settings.AGENT_GATEWAY_URL),
  leases: tunnelLeases(client, settings.TUNNELS_TABLE, { graceMs: settings.LEASE_GRACE_MS }),
  pendingRequestsTable: settings.PENDING_REQUESTS_TABLE,
  tunnelsTable: settings.TUNNELS_TABLE,
});

/** Runs are numbered by the minute: the schedule's rate. In ms. */
const RUN_MS = 60_000;

export const handler = instrumented(async (): Promise<void> => {
  const now = systemClock.now();
  // The probe first: cleaning up may take long, and may fail, without a word about stream and bus.
  await sendProbe(client, settings.PENDING_REQUESTS_TABLE, `probe-${randomUUID()}`, now);
  const removed = await sweep(store, now, { run: Math.floor(now / RUN_MS), nameCooldownMs: settings.NAME_COOLDOWN_MS });
  count('Leftovers', removed.requests);
  logger.info('swept', { ...removed });
});
