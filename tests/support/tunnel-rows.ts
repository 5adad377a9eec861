/** The rows of the tunnels table, past IAM. */
import { marshall } from '@aws-sdk/util-dynamodb';
import { FORWARD_REQUEST } from './dynamodb-endpoint';
import { tableOf, type CloudUnderTest } from './tunnel';

/** A tunnel's row as DynamoDB has it; undefined where there is none. */
export async function tunnelRow({ cloud }: CloudUnderTest, name: string): Promise<Record<string, unknown> | undefined> {
  const rows = await cloud.services.dynamodb.scan(tableOf(cloud, 'tunnels'));
  return rows.find((row) => JSON.stringify(row['tunnelId']).includes(`"${name}"`));
}

/** Lets a lease be over since some time (in ms since the epoch), so that no test has to wait for it. */
export async function endLease({ cloud }: CloudUnderTest, name: string, expiresAt: number): Promise<void> {
  const input = {
    TableName: tableOf(cloud, 'tunnels'),
    Key: marshall({ tunnelId: name }),
    UpdateExpression: 'SET leaseExpiresAt = :at',
    ExpressionAttributeValues: marshall({ ':at': expiresAt }),
  };
  await cloud.services.dynamodb.service({ service: 'dynamodb', operation: 'UpdateItem', caller: FORWARD_REQUEST, input, arrivedAt: 0 });
}
