import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';

/** The reply to a conditional write; undefined if its condition did not hold. @throws every other failure */
export async function ifConditionHolds<T>(write: Promise<T>): Promise<T | undefined> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

/** Whether a conditional write's condition held. @throws every other failure */
export const conditionHolds = async (write: Promise<object>): Promise<boolean> => (await ifConditionHolds(write)) !== undefined;
