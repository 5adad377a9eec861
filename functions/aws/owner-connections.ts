import { MAX_CONNECTION_MS } from '../../protocol';
import {
  ENDED,
  READY_MS,
  REFUSAL_MS,
  refusalOf,
  type OwnerConnections,
  type OwnersAgents,
  type OwnersConnection,
} from '../core/owner-limits';
import { CONNECTIONS_PREFIX, entriesOf, ENTRY_PREFIX } from '../core/owner-rows';
import { conditionHolds } from './conditional-write';
import type { DynamoDb, Row } from './dynamodb';

/**
 * Owners' connections in the tunnels table: one row for each owner, with one attribute for each connection, named by its lease.
 * @param maxTunnels how many tunnels of one owner may have a connection at once; only for callers of `open`
 */
export function ownerConnections(dynamoDb: DynamoDb, tableName: string, maxTunnels = Infinity): OwnerConnections {
  const keyOf = (owner: string) => ({ TableName: tableName, Key: { tunnelId: `${CONNECTIONS_PREFIX}${owner}` } });
  const nameOf = (lease: string) => ({ '#entry': `${ENTRY_PREFIX}${lease}` });
  const read = async (owner: string): Promise<OwnersAgents> => agentsIn(await dynamoDb.get(keyOf(owner)));

  return {
    async open({ owner, lease, tunnelId }, now) {
      const connection: OwnersConnection = { tunnelId, since: now, until: now + READY_MS };
      // The look before the write costs little, so an owner who is refused again and again costs little. The look after the write is
      // exact: others may have connected meanwhile.
      const { connections, ...others } = await read(owner);
      const early = refusalOf({ ...others, connections: [...connections, connection] }, now, maxTunnels);
      if (early !== undefined) return early;
      const row = await dynamoDb.update({
        ...keyOf(owner),
        UpdateExpression: 'SET #entry = :connection, emptyBy = :end',
        ExpressionAttributeNames: nameOf(lease),
        ExpressionAttributeValues: { ':connection': connection, ':end': now + MAX_CONNECTION_MS },
        ReturnValues: 'ALL_NEW',
      });
      const refusal = refusalOf(agentsIn(row), now, maxTunnels);
      if (refusal !== undefined) {
        await dynamoDb.update({ ...keyOf(owner), UpdateExpression: 'REMOVE #entry', ExpressionAttributeNames: nameOf(lease) });
      }
      return refusal;
    },

    async use({ owner, lease, tunnelId }, now) {
      const end = now + MAX_CONNECTION_MS;
      const connection: OwnersConnection = { tunnelId, since: now, until: end };
      const update = {
        ...keyOf(owner),
        UpdateExpression: 'SET #entry = :connection, emptyBy = :end',
        // The end of the connection may have been handled before.
        ConditionExpression: 'attribute_not_exists(#entry) OR #entry.#until > :ended',
        ExpressionAttributeNames: { ...nameOf(lease), '#until': 'until' },
        ExpressionAttributeValues: { ':connection': connection, ':end': end, ':ended': ENDED },
      };
      await conditionHolds(dynamoDb.update(update));
    },

    async close({ owner, lease }) {
      const update = {
        ...keyOf(owner),
        UpdateExpression: 'SET #entry.#until = :ended',
        ConditionExpression: 'attribute_exists(#entry)',
        ExpressionAttributeNames: { ...nameOf(lease), '#until': 'until' },
        ExpressionAttributeValues: { ':ended': ENDED },
      };
      await conditionHolds(dynamoDb.update(update));
    },

    async refuse(owner, now) {
      const update = {
        ...keyOf(owner),
        UpdateExpression: 'SET refusedUntil = :until, emptyBy = :end',
        ExpressionAttributeValues: { ':until': now + REFUSAL_MS, ':end': now + MAX_CONNECTION_MS },
      };
      await dynamoDb.update(update);
    },
  };
}

function agentsIn(row: Row | undefined): OwnersAgents {
  const connections = entriesOf<OwnersConnection>(row).map(([, connection]) => connection);
  const { refusedUntil } = row ?? {};
  return { connections, ...(typeof refusedUntil === 'number' && { refusedUntil }) };
}
