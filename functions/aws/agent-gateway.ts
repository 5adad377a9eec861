import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import type { AgentGateway, PostResult } from '../core/tunnel-agent';
import { connectionsClient } from './clients';
import { postToConnection, type PostOutcome } from './connections';
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
  const client = connectionsClient(stageUrl);
  return {
    async post(connectionId, text, timeoutMs = POST_TIMEOUT_MS) {
      const post = { connectionId, text, timeoutMs, mayArriveTwice: false, onUnknown };
      return RESULTS[await postToConnection(client, post)];
    },

    tell: (connectionId, text) => sent(client.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: text })), onUnknown),
  };
}
