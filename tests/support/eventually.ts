/**
 * Waits until `condition` holds: does not throw and is not false. Looks every 10 ms.
 * @throws after `withinMs` what the condition threw last, or its text
 */
export async function eventually(condition: () => unknown, withinMs = 5000): Promise<void> {
  const endsAt = Date.now() + withinMs;
  for (;;) {
    const failure = await holds(condition);
    if (!failure) return;
    if (Date.now() > endsAt) throw failure;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function holds(condition: () => unknown): Promise<Error | undefined> {
  try {
    return (await condition()) === false ? new Error(`did not come true: ${condition.toString()}`) : undefined;
  } catch (error) {
    return error as Error;
  }
}
