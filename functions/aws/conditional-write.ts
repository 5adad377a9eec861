/** Whether an error means that the condition of a write did not hold. */
export const isConditionFailure = (error: unknown): boolean => (error as Error).name === 'ConditionalCheckFailedException';

/** The reply to a conditional write, `{}` if there was none; undefined if its condition did not hold. @throws every other failure */
export async function ifConditionHolds<T>(write: Promise<T | undefined | void>): Promise<T | Record<string, never> | undefined> {
  try {
    return (await write) ?? {};
  } catch (error) {
    if (isConditionFailure(error)) return undefined;
    throw error;
  }
}

/** Whether a conditional write's condition held. @throws every other failure */
export const conditionHolds = async (write: Promise<object | undefined | void>): Promise<boolean> =>
  (await ifConditionHolds(write)) !== undefined;
