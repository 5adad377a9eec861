import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Arrivals, InFlightStore } from '../core/in-flight';
import { entriesOf, ENTRY_PREFIX, IN_FLIGHT_PREFIX } from '../core/owner-rows';
import { conditionHolds } from './conditional-write';
import { unawaited } from './unawaited';

/** Enough of a random UUID that two requests of one owner have different names. Short names keep the row small. */
const ENTRY_ID_LENGTH = 13;

export const inFlightKey = (owner: string): string => `${IN_FLIGHT_PREFIX}${owner}`;

/** The arrivals in a row; none if there is no row. */
export const arrivalsIn = (row: Record<string, unknown> | undefined): Arrivals =>
  entriesOf<number>(row).map(([name, arrivedAt]) => ({ arrivedAt, weight: weightIn(name) }));

/** An entry's name has its weight, `e:8:3f2b7c1e-8d4a`. */
const entryName = (requestId: string, weight: number): string => `${ENTRY_PREFIX}${weight}:${requestId.slice(0, ENTRY_ID_LENGTH)}`;

/** An entry of older code has no weight, and counts once. */
const weightIn = (name: string): number => Number(/^(\d+):/.exec(name.slice(ENTRY_PREFIX.length))?.[1] ?? 1);

/**
 * Requests in flight in the tunnels table: one row for each owner, with one attribute for each request. The attribute is set to the
 * time of arrival and removed again, and both may be repeated: the SDK repeats a call that has timed out although it had arrived.
 * @param deadlineMs time after which an entry has expired, in ms
 * @param onFailure is called when a removal has failed; the entry then expires
 */
export function inFlightRows(
  client: DynamoDBDocumentClient,
  tableName: string,
  deadlineMs: number,
  onFailure: (requestId: string, error: unknown) => void,
): InFlightStore {
  const send = unawaited(client);

  return {
    async enter({ owner, requestId, arrivedAt }, weight) {
      const entry = new UpdateCommand({
        TableName: tableName,
        Key: { tunnelId: inFlightKey(owner) },
        UpdateExpression: 'SET #entry = :arrivedAt, emptyBy = :deadline',
        ExpressionAttributeNames: { '#entry': entryName(requestId, weight) },
        ExpressionAttributeValues: { ':arrivedAt': arrivedAt, ':deadline': arrivedAt + deadlineMs },
      });
      await client.send(entry);
    },

    async leave({ owner, requestId }, weight) {
      const removal = new UpdateItemCommand({
        TableName: tableName,
        Key: { tunnelId: { S: inFlightKey(owner) } },
        UpdateExpression: 'REMOVE #entry',
        ExpressionAttributeNames: { '#entry': entryName(requestId, weight) },
        // Without this condition, the update would create a removed row again.
        ConditionExpression: 'attribute_exists(tunnelId)',
      });
      await send(
        (untraced, options) => conditionHolds(untraced.send(removal, options)),
        (error) => onFailure(requestId, error),
      );
    },
  };
}
