import type { NewsPoster } from '../core/stream/stream-by-ticket';
import { encodeNewsWake, encodeWake, type WakePoster } from '../core/wake';
import { connectionsOf, type PostOutcome } from './connections';

type NotDelivered = (outcome: Exclude<PostOutcome, 'delivered'>, error?: unknown) => void;

/**
 * Posts wakes through the wake channel's `@connections`.
 * @param timeoutMs a wake that takes longer is given up: the bus, or the waiter's own read or question, is then faster
 * @param onFailure gets the reason when a wake was not delivered
 * @param onLostPart the same for a part of a stream
 */
export function wakePoster(
  stageUrl: URL,
  timeoutMs: number,
  onFailure: NotDelivered,
  onLostPart: NotDelivered = onFailure,
): WakePoster & NewsPoster {
  const connections = connectionsOf(stageUrl);
  const post = async (connectionId: string, text: string, notDelivered: NotDelivered): Promise<boolean> => {
    let cause: unknown;
    const outcome = await connections.post({ connectionId, text, timeoutMs, mayArriveTwice: true, onUnknown: (error) => (cause = error) });
    if (outcome !== 'delivered') notDelivered(outcome, cause);
    return outcome === 'delivered';
  };
  return {
    post: (connectionId, wake) => post(connectionId, encodeWake(wake), onFailure),
    postNews: (connectionId, requestId, news) => post(connectionId, encodeNewsWake(requestId, news), onLostPart),
  };
}
