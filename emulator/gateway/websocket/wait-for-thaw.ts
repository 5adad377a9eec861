import type { ExecutionEnvironment } from '../../services';

/** Resolves when the environment runs, or has ended. */
export async function waitForThaw(environment: ExecutionEnvironment | undefined): Promise<void> {
  if (!environment?.frozen || environment.exited) return;
  await new Promise<void>((resolve) => {
    const proceed = (): void => {
      environment.off('thaw', proceed).off('exit', proceed);
      resolve();
    };
    environment.on('thaw', proceed).on('exit', proceed);
  });
}
