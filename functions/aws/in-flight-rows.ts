import type { Arrivals, InFlightStore } from '../core/in-flight';
import { entriesOf, ENTRY_PREFIX, IN_FLIGHT_PREFIX } from '../core/owner-rows';
import { conditionHolds } from './conditional-write';
import type { DynamoDb } from './dynamodb';
import { sent } from './sent';

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
 * time of arrival and removed again, and both may be repeated: a call that has timed out is repeated, although it may have arrived.
 * @param deadlineMs time after which an entry has expired, in ms
 * @param onFailure is called when a removal has failed; the entry then expires
 */
export function inFlightRows(
  dynamoDb: DynamoDb,
  tableName: string,
  deadlineMs: number,
  onFailure: (requestId: string, error: unknown) => void,
): InFlightStore {
  return {
    async enter({ owner, requestId, arrivedAt }, weight) {
      await dynamoDb.update({
        TableName: tableName,
        Key: { tunnelId: inFlightKey(owner) },
        UpdateExpression: 'SET #entry = :arrivedAt, emptyBy = :deadline',
        ExpressionAttributeNames: { '#entry': entryName(requestId, weight) },
        ExpressionAttributeValues: { ':arrivedAt': arrivedAt, ':deadline': arrivedAt + deadlineMs },
      });
    },

    async leave({ owner, requestId }, weight) {
      const removal = {
        TableName: tableName,
        Key: { tunnelId: inFlightKey(owner) },
        UpdateExpression: 'REMOVE #entry',
        ExpressionAttributeNames: { '#entry': entryName(requestId, weight) },
        // Without this condition, the update would create a removed row again.
        ConditionExpression: 'attribute_exists(tunnelId)',
      };
      await sent(conditionHolds(dynamoDb.update(removal, { isUnawaited: true })), (error) => onFailure(requestId, error));
    },
  };
}
