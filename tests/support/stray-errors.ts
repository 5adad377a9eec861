/** Runs `run`, and fails for each error that nobody caught meanwhile: outside of a test, it would end the process. */
export async function withoutStrayErrors(run: () => unknown): Promise<void> {
  const stray: unknown[] = [];
  const keep = (error: unknown): void => void stray.push(error);
  process.on('unhandledRejection', keep).on('uncaughtException', keep);
  try {
    await run();
    // A rejection counts as unhandled only after the callbacks of its turn.
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off('unhandledRejection', keep).off('uncaughtException', keep);
  }
  expect(stray).toEqual([]);
}
