/** Rows of the cloud's tables, read and changed past IAM; a test changes times in them that it would have to wait for. */
import { marshall } from '@aws-sdk/util-dynamodb';
import { FORWARD_REQUEST } from './dynamodb-endpoint';
import { tableOf, type CloudUnderTest } from './tunnel';

type Row = Record<string, unknown>;

/** A tunnel's row as DynamoDB has it; undefined where there is none. */
export async function tunnelRow({ cloud }: CloudUnderTest, name: string): Promise<Row | undefined> {
  const rows = await cloud.services.dynamodb.scan(tableOf(cloud, 'tunnels'));
  return rows.find((row) => JSON.stringify(row['tunnelId']).includes(`"${name}"`));
}

/** Lets a tunnel's lease be over since some time, in ms since the epoch. */
export const endLease = (under: CloudUnderTest, name: string, expiresAt: number): Promise<void> =>
  setNumber(under, 'tunnels', { Key: marshall({ tunnelId: name }), name: 'leaseExpiresAt', value: expiresAt });

/** Lets the deadline of a pending row be over for so long that sweep does not leave it to its waiter any more. */
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
