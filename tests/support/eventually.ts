/** Time-out in ms. Even on a busy machine, only something that hangs takes so long. It is shorter than jest's time-out. */
const HANGS_MS = 120_000;

/**
 * Waits until `condition` neither throws nor returns false. Checks every 10 ms.
 * @throws after the time-out: the last error of the condition, or an error with the condition's source text
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
