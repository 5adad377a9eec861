import type { UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { MAX_CONNECTION_MS } from '../../protocol';
import { READY_MS } from '../core/owner-limits';
import type { ReplacedConnection, TunnelLeases } from '../core/tunnel';
import { conditionHolds, ifConditionHolds } from './conditional-write';
import type { DynamoDb, Row } from './dynamodb';

export interface LeaseTimes {
  /** How long a name stays leased after the end of its connection, in ms. */
  readonly graceMs: number;
  /** How long after the lease only its last owner may lease the name, in ms; only for callers of `lease`. */
  readonly cooldownMs?: number;
}

/**
 * Leases in the rows of the tunnels table. A lease belongs to one connection:
 *
 * - `lease`: the newest `$connect` of the name. Only that connection may say `ready`, and only while its lease lasts.
 * - `leaseExpiresAt`: when the name becomes free, in ms since the epoch. Each `ready` renews the time: it outlasts the longest
 *   possible connection, so that the name becomes free even if `$disconnect` never comes (it is best effort). `$connect` only
 *   makes sure that the lease lasts until `ready`.
 * - `connectionId` and `connectionLease`: the connection that serves the tunnel, and its lease. The end of that connection cuts
 *   `leaseExpiresAt` to the grace period, and leaves a newer connection enough time for its `ready`.
 * - `agentId`: the agent that last said `ready`, if it says which one it is.
 *
 * After the lease, another owner has to wait for the cool-down: visitors who still use the name would reach a stranger's service.
 */
export function tunnelLeases(dynamoDb: DynamoDb, tableName: string, { graceMs, cooldownMs = 0 }: LeaseTimes): TunnelLeases {
  type Change = Omit<UpdateCommandInput, 'TableName' | 'Key'>;
  const send = (tunnelId: string, change: Change) => dynamoDb.update({ TableName: tableName, Key: { tunnelId }, ...change });
  const update = (tunnelId: string, change: Change): Promise<boolean> => conditionHolds(send(tunnelId, change));

  return {
    async lease({ tunnelId, owner, lease, claim }, now) {
      const names = { '#owner': 'owner', '#lease': 'lease' };
      const values = { ':owner': owner, ':lease': lease, ':soon': now + READY_MS };
      // A lease that lasts long enough belongs to a connection of this owner, which may still serve the tunnel: the lease stays as it is.
      const join = (): Promise<boolean> =>
        update(tunnelId, {
          UpdateExpression: 'SET #lease = :lease',
          ConditionExpression: '#owner = :owner AND leaseExpiresAt >= :soon',
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: values,
        });
      const isOwn = '(#owner = :owner AND leaseExpiresAt < :soon)';
      const begin = (): Promise<boolean> =>
        update(tunnelId, {
          UpdateExpression: 'SET #owner = :owner, #lease = :lease, leaseExpiresAt = :soon',
          ConditionExpression: claim === 'granted' ? `attribute_not_exists(tunnelId) OR ${isOwn} OR leaseExpiresAt < :cool` : isOwn,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: { ...values, ...(claim === 'granted' && { ':cool': now - cooldownMs }) },
        });
      // A `ready` of an older connection may renew the lease between the two writes.
      return (await join()) || (await begin()) || (await join());
    },

    async publish({ tunnelId, owner, lease }, connectionId, { capabilities, access, agentId }, now) {
      // A field that this agent does not have is removed, in the same write: it belongs to the replaced connection.
      const optional = { access, agentId };
      const [given, missing] = [namesOf(optional, true), namesOf(optional, false)];
      const write = send(tunnelId, {
        UpdateExpression:
          'SET connectionId = :connection, connectionLease = :lease, leaseExpiresAt = :expires, connectedAt = :now, ' +
          `capabilities = :capabilities${given.map((name) => `, ${name} = :${name}`).join('')}` +
          (missing.length > 0 ? ` REMOVE ${missing.join(', ')}` : ''),
        ConditionExpression: '#owner = :owner AND #lease = :lease AND leaseExpiresAt >= :now',
        ExpressionAttributeNames: { '#owner': 'owner', '#lease': 'lease' },
        ExpressionAttributeValues: {
          ':connection': connectionId,
          ':capabilities': [...capabilities],
          ...(access && { ':access': access }),
          ...(agentId !== undefined && { ':agentId': agentId }),
          ':now': now,
          ':expires': now + MAX_CONNECTION_MS + graceMs,
          ':owner': owner,
          ':lease': lease,
        },
        ReturnValues: 'UPDATED_OLD',
      });
      const written = await ifConditionHolds(write);
      if (!written) return undefined;
      const before = replacedConnection(written);
      if (before?.connectionId === connectionId) return { isFirst: false };
      return { isFirst: true, ...(before && { replaced: before }) };
    },

    async release({ tunnelId, lease }, connectionId, now) {
      const names = { '#lease': 'lease' };
      const itsOwn = await update(tunnelId, {
        // Without its lease, the connection cannot say `ready` again: messages that it sent before its end may come later.
        UpdateExpression: 'SET leaseExpiresAt = :expires REMOVE connectionId, connectionLease, #lease',
        ConditionExpression: 'connectionId = :connection AND #lease = :lease',
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: { ':expires': now + graceMs, ':connection': connectionId, ':lease': lease },
      });
      if (itsOwn) return true;
      // A newer connection has the lease, and has not said `ready` yet. If it never does, and its end is not reported either, the name
      // must not stay leased for as long as the connection that ends now could have lasted.
      const replaced = await update(tunnelId, {
        UpdateExpression: 'SET leaseExpiresAt = :expires REMOVE connectionId, connectionLease',
        ConditionExpression: 'connectionId = :connection',
        ExpressionAttributeValues: { ':expires': now + Math.max(graceMs, READY_MS), ':connection': connectionId },
      });
      if (replaced) return true;
      // The connection has never said `ready`. Its lease goes back to the connection that still serves the tunnel, if there is one.
      const returned = await update(tunnelId, {
        UpdateExpression: 'SET #lease = connectionLease',
        ConditionExpression: '#lease = :lease AND attribute_exists(connectionLease)',
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: { ':lease': lease },
      });
      if (returned) return false;
      // Nobody has ever served the tunnel, so the name needs no cool-down.
      await update(tunnelId, {
        UpdateExpression: 'SET leaseExpiresAt = :free',
        ConditionExpression: '#lease = :lease AND attribute_not_exists(connectedAt)',
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: { ':free': 0, ':lease': lease },
      });
      return false;
    },
  };
}

/** The names of the fields that have a value, or of those that have none. */
const namesOf = (fields: Readonly<Record<string, unknown>>, given: boolean): string[] =>
  Object.keys(fields).filter((name) => (fields[name] !== undefined) === given);

function replacedConnection({ connectionId, capabilities, agentId }: Row): ReplacedConnection | undefined {
  if (typeof connectionId !== 'string') return undefined;
  return {
    connectionId,
    capabilities: Array.isArray(capabilities) ? (capabilities as string[]) : [],
    ...(typeof agentId === 'string' && { agentId }),
  };
}
