import { encodeWake, type WakePoster } from '../core/wake';
import { connectionsClient } from './clients';
import { postToConnection, type PostOutcome } from './connections';

/** A wake that takes longer is overtaken by its backstop: the bus, or the waiter's own safety read. In ms. */
const POST_TIMEOUT_MS = 500;

/** Posts wakes through the wake channel's `@connections`; `onFailure` is told why one was not delivered. */
export function wakePoster(
  stageUrl: URL,
  onFailure: (outcome: Exclude<PostOutcome, 'delivered'>, error?: unknown) => void,
): WakePoster {
  const client = connectionsClient(stageUrl);
  return {
    async post(connectionId, wake) {
      let cause: unknown;
      const outcome = await postToConnection(client, {
        connectionId,
        text: encodeWake(wake),
        timeoutMs: POST_TIMEOUT_MS,
        mayArriveTwice: true,
        onUnknown: (error) => (cause = error),
      });
      if (outcome !== 'delivered') onFailure(outcome, cause);
      return outcome === 'delivered';
    },
  };
}
