import { UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ENVIRONMENT_ID } from '../core/probe-grace';

/**
 * Returns a function that tells when sweep ran for the first time in this environment, in ms since the epoch. The first run ever stores
 * its own time `now`. The time never changes, so an execution environment asks once.
 */
export function firstStartIn(client: DynamoDBDocumentClient, tunnelsTable: string): (now: number) => Promise<number> {
  let firstStartAt: number | undefined;
  return async (now) => {
    if (firstStartAt === undefined) {
      const { Attributes } = await client.send(
        new UpdateCommand({
          TableName: tunnelsTable,
          Key: { tunnelId: ENVIRONMENT_ID },
          UpdateExpression: 'SET firstStartAt = if_not_exists(firstStartAt, :now)',
          ExpressionAttributeValues: { ':now': now },
          ReturnValues: 'ALL_NEW',
        }),
      );
      firstStartAt = Attributes?.['firstStartAt'] as number;
    }
    return firstStartAt;
  };
}
