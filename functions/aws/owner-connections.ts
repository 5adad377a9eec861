import { GetCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
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

/**
 * Owners' connections in the tunnels table: one row for each owner, with one attribute for each connection, named by its lease.
 * @param maxTunnels how many tunnels of one owner may have a connection at once; only for callers of `open`
 */
export function ownerConnections(client: DynamoDBDocumentClient, tableName: string, maxTunnels = Infinity): OwnerConnections {
  const keyOf = (owner: string) => ({ TableName: tableName, Key: { tunnelId: `${CONNECTIONS_PREFIX}${owner}` } });
  const nameOf = (lease: string) => ({ '#entry': `${ENTRY_PREFIX}${lease}` });
  const read = async (owner: string): Promise<OwnersAgents> => agentsIn((await client.send(new GetCommand(keyOf(owner)))).Item);

  return {
    async open({ owner, lease, tunnelId }, now) {
      const connection: OwnersConnection = { tunnelId, since: now, until: now + READY_MS };
      // The look before the write costs little, so an owner who is refused again and again costs little. The look after the write is
      // exact: others may have connected meanwhile.
      const { connections, ...others } = await read(owner);
      const early = refusalOf({ ...others, connections: [...connections, connection] }, now, maxTunnels);
      if (early !== undefined) return early;
      const { Attributes } = await client.send(
        new UpdateCommand({
          ...keyOf(owner),
          UpdateExpression: 'SET #entry = :connection, emptyBy = :end',
          ExpressionAttributeNames: nameOf(lease),
          ExpressionAttributeValues: { ':connection': connection, ':end': now + MAX_CONNECTION_MS },
          ReturnValues: 'ALL_NEW',
        }),
      );
      const refusal = refusalOf(agentsIn(Attributes), now, maxTunnels);
      if (refusal !== undefined) {
        await client.send(
          new UpdateCommand({ ...keyOf(owner), UpdateExpression: 'REMOVE #entry', ExpressionAttributeNames: nameOf(lease) }),
        );
      }
      return refusal;
    },

    async use({ owner, lease, tunnelId }, now) {
      const end = now + MAX_CONNECTION_MS;
      const connection: OwnersConnection = { tunnelId, since: now, until: end };
      const update = new UpdateCommand({
        ...keyOf(owner),
        UpdateExpression: 'SET #entry = :connection, emptyBy = :end',
        // The end of the connection may have been handled before.
        ConditionExpression: 'attribute_not_exists(#entry) OR #entry.#until > :ended',
        ExpressionAttributeNames: { ...nameOf(lease), '#until': 'until' },
        ExpressionAttributeValues: { ':connection': connection, ':end': end, ':ended': ENDED },
      });
      await conditionHolds(client.send(update));
    },

    async close({ owner, lease }) {
      const update = new UpdateCommand({
        ...keyOf(owner),
        UpdateExpression: 'SET #entry.#until = :ended',
        ConditionExpression: 'attribute_exists(#entry)',
        ExpressionAttributeNames: { ...nameOf(lease), '#until': 'until' },
        ExpressionAttributeValues: { ':ended': ENDED },
      });
      await conditionHolds(client.send(update));
    },

    async refuse(owner, now) {
      const update = new UpdateCommand({
        ...keyOf(owner),
        UpdateExpression: 'SET refusedUntil = :until, emptyBy = :end',
        ExpressionAttributeValues: { ':until': now + REFUSAL_MS, ':end': now + MAX_CONNECTION_MS },
      });
      await client.send(update);
    },
  };
}

function agentsIn(row: Record<string, unknown> | undefined): OwnersAgents {
  const connections = entriesOf<OwnersConnection>(row).map(([, connection]) => connection);
  const { refusedUntil } = row ?? {};
  return { connections, ...(typeof refusedUntil === 'number' && { refusedUntil }) };
}
