/** No machine is so busy that a test waits this long: only something that hangs does. Less than jest's limit. In ms. */
const HANGS_MS = 120_000;

/**
 * Waits until `condition` holds: does not throw and is not false. Looks every 10 ms.
 * @throws when it hangs: what the condition threw last, or its text
 */
export async function eventually(condition: () => unknown): Promise<void> {
  const endsAt = Date.now() + HANGS_MS;
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
