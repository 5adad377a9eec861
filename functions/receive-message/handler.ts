/** Handles every message that agents send. */
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { decodeAgentMessage, encodeMessage, ProtocolError, type CloudMessage } from '../../protocol';
import { identityOf, type AgentEvent } from '../aws/agent-event';
import { connectionsClient, documentClient } from '../aws/clients';
import { postToConnection } from '../aws/connections';
import { lazyBodyBucket } from '../aws/lazy-body-bucket';
import { pendingRequestsTable } from '../aws/pending-requests-table';
import { tunnelLeases } from '../aws/tunnel-leases';
import { wakePoster } from '../aws/wake-poster';
import { handleAgentMessage } from '../core/handle-agent-message';
import type { CompletionResult, RequestState } from '../core/pending-request';
import { count, countBy } from '../metrics';
import { readSettings } from '../settings';
import { systemClock } from '../system';
import { identify, instrumented, logger } from '../telemetry';

const settings = readSettings('receive-message');
const dynamodb = documentClient(settings.SERVICE_CALL_MS);
const leases = tunnelLeases(dynamodb, settings.TUNNELS_TABLE, { graceMs: settings.LEASE_GRACE_MS });
const pending = pendingRequestsTable(dynamodb, settings.PENDING_REQUESTS_TABLE);
const bodies = lazyBodyBucket(settings.BODY_BUCKET, settings.SERVICE_CALL_MS);
const connections = connectionsClient(settings.AGENT_GATEWAY_URL);
const wakes = wakePoster(settings.WAKE_CHANNEL_URL, settings.WAKE_POST_MS, (reason, error) => {
  logger.warn('the direct wake failed, so the event bus carries the wake', {
    reason,
    ...(error !== undefined && { error: error as Error }),
  });
  countBy('WakeFailed', { reason });
});

/** In ms. */
const REPLY_TIMEOUT_MS = 3000;
/**
 * Delays between attempts, in ms: PostToConnection answers "gone" until a connection is fully established, some 100 ms after
 * `$connect`.
 */
const ESTABLISHING_DELAYS_MS = [50, 100, 200, 400];

async function reply(connectionId: string, message: CloudMessage): Promise<void> {
  // The wake goes first: a visitor waits for it, and nobody waits for the ack.
  if (message.type === 'ack') await nextTurn();
  const post = () =>
    postToConnection(connections, {
      connectionId,
      text: encodeMessage(message),
      timeoutMs: REPLY_TIMEOUT_MS,
      mayArriveTwice: true,
      onUnknown: (error) => logger.warn('replying to the agent failed', error as Error),
    });
  let outcome = await post();
  const delays = message.type === 'connection_established' ? ESTABLISHING_DELAYS_MS : [];
  for (const delay of delays) {
    if (outcome !== 'gone') break;
    await systemClock.sleep(delay);
    outcome = await post();
  }
  if (outcome !== 'delivered') logger.info('a reply did not reach the agent', { type: message.type, outcome });
}

function observeAnswer(requestId: string, result: CompletionResult | RequestState): void {
  identify({ requestId, ...('request' in result && { mode: result.request.mode }) });
  if (result.kind === 'late' || result.kind === 'duplicate') count('LateAnswer');
  if (result.kind === 'foreign') {
    count('ForeignAnswer');
    logger.warn("an agent answered another tunnel's request and was refused");
  }
}

export const handler = instrumented(async (event: AgentEvent): Promise<APIGatewayProxyStructuredResultV2> => {
  const from = identityOf(event);
  identify({ tunnelId: from.tunnelId });
  try {
    await handleAgentMessage(decodeAgentMessage(event.body ?? ''), from, {
      leases,
      pending,
      bodies,
      wakes,
      reply: (message) => reply(from.connectionId, message),
      clock: systemClock,
      visitorUrl: settings.VISITOR_URL,
      tunnelDomain: settings.TUNNEL_DOMAIN,
      observer: {
        answer: observeAnswer,
        bodyNotStored: (error) => logger.error('a body could not be put into the bucket, and is stored in its row instead', error as Error),
        wakeFailed: (error) => logger.error('the waiter could not be woken', error as Error),
      },
    });
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    logger.info('an agent sent an invalid message', { reason: error.message });
    await reply(from.connectionId, {
      type: 'error',
      request_id: error.requestId ?? null,
      code: 'invalid_request',
      message: error.message,
    });
  }
  return { statusCode: 200 };
});
