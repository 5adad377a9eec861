import type { AgentGateway, PostResult } from '../core/tunnel-agent';
import { connectionsOf, type PostOutcome } from './connections';
import { sent } from './sent';

/**
 * Timeout of a post, in ms. A post that takes longer has stalled. Only the answer shows whether it arrived, and the waiter waits
 * for the answer anyway.
 */
const POST_TIMEOUT_MS = 10_000;

const RESULTS: Record<PostOutcome, PostResult> = {
  delivered: 'sent',
  gone: 'gone',
  limited: 'busy',
  // Cannot happen, because messages are measured before. Such a message did not arrive.
  'too-large': 'busy',
  unknown: 'uncertain',
};

/** Posts requests to agents through the agent gateway's `@connections`. */
export function agentGateway(stageUrl: URL, onUnknown: (error: unknown) => void): AgentGateway {
  const connections = connectionsOf(stageUrl);
  return {
    async post(connectionId, text, timeoutMs = POST_TIMEOUT_MS) {
      return RESULTS[await connections.post({ connectionId, text, timeoutMs, mayArriveTwice: false, onUnknown })];
    },

    tell: (connectionId, text) => sent(connections.tell(connectionId, text), onUnknown),
  };
}
