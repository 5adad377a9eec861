import type { Clock } from './clock';

/** Where the number of a tunnel's slow requests is kept: beside the tunnel, so that finding it tells it. */
export interface TunnelLoad {
  /** Adds to the number. */
  add(tunnelId: string, change: 1 | -1): Promise<void>;
}

/** Quicker requests are not counted: they hold nothing for long, and counting them would cost each of them two writes. In ms. */
const SLOW_MS = 1000;
/** A visitor waits no longer than this for the counting; what is on its way by then arrives without us. In ms. */
const PATIENCE_MS = 100;

/**
 * Counts a request while it is slow, so that a tunnel whose requests pile up does not take all there is to take. The count is
 * approximate: it runs a second behind, a crash leaves one too many until the agent connects anew, and a failure to count is
 * only reported.
 * @returns what to call when the request is over
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
