/** Handles every message that agents send. */
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { decodeAgentMessage, encodeMessage, ProtocolError, type CloudMessage } from '../../protocol';
import { identityOf, type AgentEvent } from '../aws/agent-event';
import { connectionsOf } from '../aws/connections';
import { dynamoDb } from '../aws/dynamodb';
import { lazyBodyBucket } from '../aws/lazy-body-bucket';
import { ownerConnections } from '../aws/owner-connections';
import { pendingRequestsTable } from '../aws/pending-requests-table';
import { tunnelLeases } from '../aws/tunnel-leases';
import { ticketKeysItem } from '../aws/ticket-keys-item';
import { wakePoster } from '../aws/wake-poster';
import { noneDelivered } from '../core/answer-by-ticket';
import { handleAgentMessage } from '../core/handle-agent-message';
import type { CompletionResult, RequestState } from '../core/pending-request';
import type { TicketState } from '../core/ticket';
import { count, countBy } from '../metrics';
import { readSettings } from '../settings';
import { systemClock } from '../system';
import { identify, instrumented, logger } from '../telemetry';
import { FloodGuard } from './flood-guard';
import { OpeningKeys } from './opening-keys';

const settings = readSettings('receive-message');
const table = dynamoDb(settings.SERVICE_CALL_MS);
const leases = tunnelLeases(table, settings.TUNNELS_TABLE, { graceMs: settings.LEASE_GRACE_MS });
const owners = ownerConnections(table, settings.TUNNELS_TABLE);
const pending = pendingRequestsTable(table, settings.PENDING_REQUESTS_TABLE);
const bodies = lazyBodyBucket(settings.BODY_BUCKET, settings.SERVICE_CALL_MS);
const connections = connectionsOf(settings.AGENT_GATEWAY_URL);
const delivered = noneDelivered();
const tickets = new OpeningKeys({
  store: ticketKeysItem(table, settings.TUNNELS_TABLE),
  now: systemClock.now,
  onUnreadable: (error) => logger.warn('the keys of tickets could not be read', error as Error),
});
const wakes = wakePoster(
  settings.WAKE_CHANNEL_URL,
  settings.WAKE_POST_MS,
  (reason, error) => {
    logger.warn('the direct wake failed, so the event bus carries the wake', {
      reason,
      ...(error !== undefined && { error: error as Error }),
    });
    countBy('WakeFailed', { reason });
  },
  // The waiter asks for the part, or has gone.
  (reason) => logger.info('a part of a stream did not reach its waiter', { reason }),
);

/** Time limit for one call to `@connections`, in ms. */
const REPLY_TIMEOUT_MS = 3000;
/**
 * Delays between attempts, in ms: PostToConnection answers "gone" until a connection is fully established, some 100 ms after
 * `$connect`.
 */
const ESTABLISHING_DELAYS_MS = [50, 100, 200, 400];
/** Age at which every connection is established, in ms. An older connection that is gone stays gone. */
const YOUNG_MS = 2000;

const floods = new FloodGuard({
  clock: systemClock,
  allowance: { burst: settings.MESSAGES_BURST, perSecond: settings.MESSAGES_PER_SECOND },
  owners,
  close: closeFlooding,
  onFailure: (error) => logger.error('an owner whose agent floods could not be refused', error as Error),
});

async function send(connectionId: string, message: CloudMessage, delays: readonly number[] = []): Promise<void> {
  // The wake goes first: a visitor waits for it, and nobody waits for the ack.
  if (message.type === 'ack') await nextTurn();
  const post = () =>
    connections.post({
      connectionId,
      text: encodeMessage(message),
      timeoutMs: REPLY_TIMEOUT_MS,
      mayArriveTwice: true,
      onUnknown: (error) => logger.warn('a message could not be sent to the agent', error as Error),
    });
  let outcome = await post();
  for (const delay of delays) {
    if (outcome !== 'gone') break;
    await systemClock.sleep(delay);
    outcome = await post();
  }
  if (outcome !== 'delivered') logger.info('a message did not reach the agent', { type: message.type, outcome });
}

async function closeFlooding(connectionId: string): Promise<void> {
  count('FloodingAgentClosed');
  logger.warn('an agent was closed, because it sent too many messages that answer no request', { connectionId });
  await send(connectionId, {
    type: 'error',
    code: 'invalid_request',
    message:
      'this agent sends too many messages that answer no request: the connection is closed, and the next one is refused for a minute',
  });
  await connections
    .close(connectionId, REPLY_TIMEOUT_MS)
    .catch((error: unknown) => logger.error('an agent that floods could not be closed', error as Error));
}

function observeAnswer(requestId: string, result: CompletionResult | RequestState | TicketState): void {
  identify({ requestId, ...('request' in result && { mode: result.request.mode }) });
  if (result.kind === 'late' || result.kind === 'duplicate') count('LateAnswer');
  if (result.kind === 'unreadable') count('UnreadableTicket');
  if (result.kind === 'foreign') {
    count('ForeignAnswer');
    logger.warn("an agent answered another tunnel's request and was refused");
  }
}

/** @returns whether the message served a request whose visitor waits */
async function handle({ body, requestContext }: AgentEvent, from: ReturnType<typeof identityOf>): Promise<boolean> {
  const isYoung = systemClock.now() - (requestContext.connectedAt ?? 0) < YOUNG_MS;
  try {
    return await handleAgentMessage(decodeAgentMessage(body ?? ''), from, {
      leases,
      owners,
      pending,
      bodies,
      tickets,
      delivered,
      wakes,
      reply: (message, establishing) => send(from.connectionId, message, establishing && isYoung ? ESTABLISHING_DELAYS_MS : []),
      notify: send,
      clock: systemClock,
      visitorUrl: settings.VISITOR_URL,
      tunnelDomain: settings.TUNNEL_DOMAIN,
      streamUrl: settings.STREAM_URL,
      observer: {
        answer: observeAnswer,
        repeated: () => count('RepeatedAnswer'),
        bodyNotStored: (error) => logger.error('a body could not be put into the bucket, and is stored in its row instead', error as Error),
        wakeFailed: (error) => logger.error('the waiter could not be woken', error as Error),
      },
    });
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    logger.info('an agent sent an invalid message', { reason: error.message });
    await send(from.connectionId, {
      type: 'error',
      request_id: error.requestId ?? null,
      code: 'invalid_request',
      message: error.message,
    });
    return false;
  }
}

export const handler = instrumented(async (event: AgentEvent): Promise<APIGatewayProxyStructuredResultV2> => {
  const from = identityOf(event);
  identify({ tunnelId: from.tunnelId });
  await floods.admit(from, () => handle(event, from));
  return { statusCode: 200 };
});
