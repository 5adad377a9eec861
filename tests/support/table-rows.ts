/** Reads and changes rows of the cloud's tables without IAM. Tests change times in rows for which they would have to wait. */
import { marshall } from '@aws-sdk/util-dynamodb';
import { ENTRY_PREFIX } from '../../functions/core/owner-rows';
import { FORWARD_REQUEST } from './dynamodb-endpoint';
import { tableOf, type CloudUnderTest } from './tunnel';

type Row = Record<string, unknown>;

/** A tunnel's row in DynamoDB's format; undefined if there is none. */
export async function tunnelRow({ cloud }: CloudUnderTest, name: string): Promise<Row | undefined> {
  const rows = await cloud.services.dynamodb.scan(tableOf(cloud, 'tunnels'));
  return rows.find((row) => JSON.stringify(row['tunnelId']).includes(`"${name}"`));
}

/** Names of the entries in a row that belongs to an owner; none if there is no row. */
export const ownerEntries = async (under: CloudUnderTest, key: string): Promise<string[]> =>
  Object.keys((await tunnelRow(under, key)) ?? {}).filter((name) => name.startsWith(ENTRY_PREFIX));

/** Sets the end of a tunnel's lease. @param expiresAt in ms since the epoch */
export const endLease = (under: CloudUnderTest, name: string, expiresAt: number): Promise<void> =>
  setNumber(under, 'tunnels', { Key: marshall({ tunnelId: name }), name: 'leaseExpiresAt', value: expiresAt });

/** Sets the deadline of a pending row so far back that sweep removes the row instead of its waiter. */
export const endDeadline = (under: CloudUnderTest, { requestId }: Row): Promise<void> =>
  setNumber(under, 'pending-requests', { Key: { requestId }, name: 'deadline', value: 0 });

async function setNumber({ cloud }: CloudUnderTest, table: string, change: { Key: Row; name: string; value: number }): Promise<void> {
  const input = {
    TableName: tableOf(cloud, table),
    Key: change.Key,
    UpdateExpression: 'SET #name = :value',
    ExpressionAttributeNames: { '#name': change.name },
    ExpressionAttributeValues: marshall({ ':value': change.value }),
  };
  await cloud.services.dynamodb.service({ service: 'dynamodb', operation: 'UpdateItem', caller: FORWARD_REQUEST, input, arrivedAt: 0 });
}
