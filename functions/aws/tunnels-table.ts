import { LruMap } from 'toad-cache';
import type { VisitorAccess } from '../../protocol';
import type { LiveShare } from '../core/live-share';
import { ROLLOUT_ID } from '../core/rollout-item';
import { TICKET_KEYS_ID } from '../core/ticket-keys';
import type { Tunnel, TunnelLookUps } from '../core/tunnel';
import type { DynamoDb, Row } from './dynamodb';
import { arrivalsIn, inFlightKey } from './in-flight-rows';

/** The rows that were read, by key. A key is missing if its row could not be read; `undefined`: there is no such row. */
type Rows = ReadonlyMap<string, Row | undefined>;

/** How many tunnels' owners are remembered. */
const OWNERS = 1000;

/**
 * Tunnels in DynamoDB, key `tunnelId`.
 * @param ticketKeys hears of the keys of tickets whenever the share is read, in the same call
 * @param share is updated by a read of a tunnel when it is due, in the same call; without this parameter the share is 0
 * @param onUnreadable is called when the owner's requests in flight could not be read; none are then known
 */
export function tunnelsTable(
  dynamoDb: DynamoDb,
  tableName: string,
  {
    share,
    ticketKeys,
    onUnreadable,
  }: {
    share?: LiveShare;
    ticketKeys?: { heard(row: object | undefined): void };
    onUnreadable: (error: unknown) => void;
  },
): TunnelLookUps {
  /** A tunnel's owner as of the last look-up, so that the next look-up reads the owner's row in the same call. */
  const owners = new LruMap<string>(OWNERS);

  const readOne = (tunnelId: string): Promise<Row | undefined> =>
    dynamoDb.get({ TableName: tableName, Key: { tunnelId }, ConsistentRead: true });

  const readAll = async (ids: readonly string[]): Promise<Rows> => {
    const keys = { Keys: ids.map((tunnelId) => ({ tunnelId })), ConsistentRead: true };
    const { rows, unread } = await dynamoDb.batchGet(tableName, keys);
    const find = (among: readonly Row[], id: string): Row | undefined => among.find(({ tunnelId }) => tunnelId === id);
    return new Map(ids.filter((id) => !find(unread, id)).map((id) => [id, find(rows, id)]));
  };

  /**
   * Reads a tunnel, and the rollout item if it is due, and the other keys. A read of several rows that fails, wholly or in part, is
   * made up for by a read of the tunnel alone, so that nothing but the tunnel itself can fail a visitor's request.
   */
  const read = async (tunnelId: string, ...others: string[]): Promise<{ tunnel: Row | undefined; rows: Rows }> => {
    const due = share?.isDue ? share : undefined;
    if (due) others.push(ROLLOUT_ID, ...(ticketKeys ? [TICKET_KEYS_ID] : []));
    if (others.length === 0) return { tunnel: await readOne(tunnelId), rows: new Map() };
    let reason: unknown = new Error('DynamoDB did not return the rollout item');
    const rows: Rows = await readAll([tunnelId, ...others]).catch((error: unknown) => {
      reason = error;
      return new Map();
    });
    if (due && rows.has(ROLLOUT_ID)) due.heard(rows.get(ROLLOUT_ID));
    else due?.unreadable(reason);
    if (rows.has(TICKET_KEYS_ID)) ticketKeys?.heard(rows.get(TICKET_KEYS_ID));
    return { tunnel: rows.has(tunnelId) ? rows.get(tunnelId) : await readOne(tunnelId), rows };
  };

  return {
    async find(tunnelId) {
      const { tunnel } = await read(tunnelId);
      return tunnel && toTunnel(tunnel);
    },

    get lastPercent() {
      return share?.percent ?? 0;
    },

    async lookUp(tunnelId) {
      const remembered = owners.get(tunnelId);
      const { tunnel: row, rows } = await read(tunnelId, ...(remembered === undefined ? [] : [inFlightKey(remembered)]));
      const percent = share?.percent ?? 0;
      if (!row) return { tunnel: undefined, arrivals: [], percent };
      const tunnel = toTunnel(row);
      owners.set(tunnelId, tunnel.owner);
      const key = inFlightKey(tunnel.owner);
      const inFlight = rows.has(key)
        ? rows.get(key)
        : await readOne(key).catch((error: unknown) => {
            onUnreadable(error);
            return undefined;
          });
      return { tunnel, arrivals: arrivalsIn(inFlight), percent };
    },
  };
}

function toTunnel(item: Row): Tunnel {
  const { tunnelId, owner, connectionId, capabilities, access } = item;
  return {
    tunnelId: tunnelId as string,
    owner: owner as string,
    ...(typeof connectionId === 'string' && { connectionId }),
    capabilities: Array.isArray(capabilities) ? (capabilities as string[]) : [],
    ...(access !== undefined && { access: access as VisitorAccess }),
  };
}
