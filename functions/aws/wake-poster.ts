import { encodeWake, type WakePoster } from '../core/wake';
import { connectionsOf, type PostOutcome } from './connections';

/**
 * Posts wakes through the wake channel's `@connections`; `onFailure` gets the reason when a wake was not delivered.
 * @param timeoutMs a wake that takes longer is given up, because the bus or the waiter's own safety read is then faster
 */
export function wakePoster(
  stageUrl: URL,
  timeoutMs: number,
  onFailure: (outcome: Exclude<PostOutcome, 'delivered'>, error?: unknown) => void,
): WakePoster {
  const connections = connectionsOf(stageUrl);
  return {
    async post(connectionId, wake) {
      let cause: unknown;
      const outcome = await connections.post({
        connectionId,
        text: encodeWake(wake),
        timeoutMs,
        mayArriveTwice: true,
        onUnknown: (error) => (cause = error),
      });
      if (outcome !== 'delivered') onFailure(outcome, cause);
      return outcome === 'delivered';
    },
  };
}
