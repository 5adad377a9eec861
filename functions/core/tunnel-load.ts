import type { Clock } from './clock';

/** Keeps the number of a tunnel's slow requests. The number is stored with the tunnel, so that a look-up of the tunnel returns it. */
export interface TunnelLoad {
  /** Adds `change` to the number. */
  add(tunnelId: string, change: 1 | -1): Promise<void>;
}

/** A request counts as slow after this time, in ms. Quicker requests occupy little, and counting would cost each of them two writes. */
const SLOW_MS = 1000;
/** Longest time that a visitor waits for the counting, in ms. A write that was sent by then still arrives. */
const PATIENCE_MS = 100;

/**
 * Counts a request while it is slow, so that a tunnel with many slow requests cannot use up all capacity. The count is
 * approximate: it is one second late, a crash leaves it one too high until the agent connects again, and a failure to count is
 * only reported.
 * @returns a function to call when the request is over
 */
export function countWhileSlow(
  tunnelId: string,
  { load, clock, onError }: { load: TunnelLoad; clock: Clock; onError: (error: unknown) => void },
): () => Promise<void> {
  const over = new AbortController();
  const add = (change: 1 | -1): Promise<boolean> =>
    load.add(tunnelId, change).then(
      () => true,
      (error: unknown) => {
        onError(error);
        return false;
      },
    );
  let counting: Promise<boolean> | undefined;
  void clock.sleep(SLOW_MS, over.signal).then(() => {
    if (!over.signal.aborted) counting = add(1);
  });
  return async () => {
    over.abort();
    if (!counting) return;
    await Promise.race([counting.then((counted) => counted && add(-1)), clock.sleep(PATIENCE_MS)]);
  };
}
