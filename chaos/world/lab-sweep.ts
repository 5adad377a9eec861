import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { LocalCloud } from '../../emulator/local-cloud';
import { labelOf } from '../../emulator/terraform/resource-names';
import type { Environment } from '../../environments';
import { connectionsOf } from '../../functions/aws/connections';
import { dynamoDb } from '../../functions/aws/dynamodb';
import { ownerConnections } from '../../functions/aws/owner-connections';
import { tunnelLeases } from '../../functions/aws/tunnel-leases';
import { sweep } from '../../functions/core/sweep';
import { sweepStore } from '../../functions/sweep/sweep-store';
import { MAX_CONNECTION_MS } from '../../protocol';

const MINUTE_MS = 60_000;
/** Sweep looks at each connection once in ten runs. */
const RUNS = 11;

/**
 * Runs sweep as its schedule would in the next hours, until the longest lease and its cool-down are over, at once: the code of sweep
 * with the lab's clock, on the cloud's own tables, bucket and connections. A wait of that length would show nothing else.
 */
export async function sweepForHours({ services }: LocalCloud, { timings }: Environment): Promise<void> {
  const { awsEndpoint: endpoint, operator: credentials, spec } = services;
  const { region } = spec;
  const nameOf = (label: string): string => spec.tables.find(({ address }) => labelOf(address) === label)?.name ?? '';
  const dynamodb = new DynamoDBClient({ endpoint, region, credentials });
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const agentGateway = spec.webSocketApis.find(({ address }) => labelOf(address) === 'agent-gateway');
  if (!agentGateway) throw new Error('the stack has no API agent-gateway');
  const caller = { region, credentials: () => Promise.resolve(credentials) };
  const calls = dynamoDb(timings.serviceCallMs, { ...caller, endpoint: new URL(endpoint) });
  const store = sweepStore({
    client: DynamoDBDocumentClient.from(dynamodb),
    connections: connectionsOf(new URL(services.gateway.invokeUrl(agentGateway)), caller),
    leases: tunnelLeases(calls, nameOf('tunnels'), { graceMs: timings.leaseGraceMs }),
    owners: ownerConnections(calls, nameOf('tunnels')),
    pendingRequestsTable: nameOf('pending-requests'),
    tunnelsTable: nameOf('tunnels'),
    bodies: s3,
    bodyBucket: spec.buckets[0]?.name ?? '',
  });
  const { nameCooldownMs } = timings;
  const begin = Date.now();
  const firstRun = Math.floor(begin / MINUTE_MS);
  try {
    for (let i = 1; i <= RUNS; i++) await sweep(store, begin + i * MINUTE_MS, { run: firstRun + i, nameCooldownMs });
    const end = begin + RUNS * MINUTE_MS + MAX_CONNECTION_MS + timings.leaseGraceMs + nameCooldownMs;
    await sweep(store, end, { run: firstRun + RUNS, nameCooldownMs });
  } finally {
    for (const each of [dynamodb, s3]) each.destroy();
  }
}
