import { BatchGetCommand, GetCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { VisitorAccess } from '../../protocol';
import type { LiveShare } from '../core/live-share';
import { ROLLOUT_ID } from '../core/rollout-item';
import type { Tunnel, TunnelsAndShare } from '../core/tunnel';
import type { TunnelLoad } from '../core/tunnel-load';
import { conditionHolds } from './conditional-write';

type Row = Record<string, unknown>;

/**
 * Tunnels in DynamoDB, key `tunnelId`, and the number of their slow requests.
 * @param share is updated by a look-up when it is due, in the same request as the tunnel; without this parameter the share is 0
 */
export function tunnelsTable(client: DynamoDBDocumentClient, tableName: string, share?: LiveShare): TunnelsAndShare & TunnelLoad {
  const readTunnel = async (tunnelId: string): Promise<Row | undefined> =>
    (await client.send(new GetCommand({ TableName: tableName, Key: { tunnelId }, ConsistentRead: true }))).Item;

  /**
   * Reads the tunnel and the rollout item. If any part of this fails, the tunnel is read alone, so that the rollout never fails a
   * visitor's request.
   */
  const readBoth = async (tunnelId: string, due: LiveShare): Promise<Row | undefined> => {
    const both = { Keys: [{ tunnelId }, { tunnelId: ROLLOUT_ID }], ConsistentRead: true };
    const batch = client.send(new BatchGetCommand({ RequestItems: { [tableName]: both } }));
    const reply = await batch.catch((error: unknown) => due.unreadable(error));
    if (!reply) return readTunnel(tunnelId);
    const row = (id: string): Row | undefined => reply.Responses?.[tableName]?.find((item) => item['tunnelId'] === id);
    const isUnread = (id: string): boolean => reply.UnprocessedKeys?.[tableName]?.Keys?.some((key) => key['tunnelId'] === id) ?? false;
    if (isUnread(ROLLOUT_ID)) due.unreadable(new Error('DynamoDB did not return the rollout item'));
    else due.heard(row(ROLLOUT_ID));
    return isUnread(tunnelId) ? readTunnel(tunnelId) : row(tunnelId);
  };

  const find = async (tunnelId: string): Promise<Tunnel | undefined> => {
    const row = await (share?.isDue ? readBoth(tunnelId, share) : readTunnel(tunnelId));
    return row && toTunnel(row);
  };
  const lastPercent = (): number => share?.percent ?? 0;

  return {
    find,
    get lastPercent() {
      return lastPercent();
    },
    lookUp: async (tunnelId) => ({ tunnel: await find(tunnelId), percent: lastPercent() }),

    async add(tunnelId, change) {
      const update = new UpdateCommand({
        TableName: tableName,
        Key: { tunnelId },
        UpdateExpression: 'ADD slowRequests :change',
        // Without this condition, the update would create a removed row again.
        ConditionExpression: 'attribute_exists(tunnelId)',
        ExpressionAttributeValues: { ':change': change },
      });
      await conditionHolds(client.send(update));
    },
  };
}

function toTunnel(item: Row): Tunnel {
  const { tunnelId, owner, connectionId, capabilities, access, slowRequests } = item;
  return {
    tunnelId: tunnelId as string,
    owner: owner as string,
    ...(typeof connectionId === 'string' && { connectionId }),
    capabilities: Array.isArray(capabilities) ? (capabilities as string[]) : [],
    slowRequests: typeof slowRequests === 'number' ? slowRequests : 0,
    ...(access !== undefined && { access: access as VisitorAccess }),
  };
}
