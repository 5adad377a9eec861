/** What both doors for visitors share: the services of the core, and how an error becomes an answer. */
import { agentGateway } from '../aws/agent-gateway';
import { dynamoDb } from '../aws/dynamodb';
import { functionCredentials, functionRegion } from '../aws/function-access';
import { inFlightRows } from '../aws/in-flight-rows';
import { lazyBodyBucket } from '../aws/lazy-body-bucket';
import { pendingRequestsTable } from '../aws/pending-requests-table';
import { rowRemover } from '../aws/row-remover';
import { tunnelsTable } from '../aws/tunnels-table';
import { socketWakeChannel } from '../aws/wake-channel';
import { WakeSocket } from '../aws/wake-socket';
import type { ForwardOptions } from '../core/forward-options';
import { LiveShare } from '../core/live-share';
import { EventStreamRefusal } from '../core/stream/event-stream-refusal';
import { TunnelError } from '../core/tunnel-error';
import type { VisitorRequest } from '../core/visitor-request';
import { errorResponse, type ResponseHead, type VisitorResponse } from '../core/visitor-response';
import { count } from '../metrics';
import { cachedPasswordDigests } from '../password-digests';
import type { SettingsOf } from '../settings';
import { systemClock } from '../system';
import { logger } from '../telemetry';
import { annotate } from '../tracing';
import { RequestMetrics } from './request-metrics';
import { SealingKeys } from './sealing-keys';

/** `npm run trace` and the logs find the request by this id. */
const REQUEST_ID_HEADER = 'x-tunnel-request-id';

/** Time for opening a wake socket, in ms. The request that needed it polls meanwhile. */
const OPEN_TIMEOUT_MS = 5000;

/** The services of one execution environment. @param settings `STREAM_URL` is missing behind the streaming door itself */
export function forwardOptions(settings: SettingsOf<'forward-request'>): Omit<ForwardOptions, 'observer'> {
  const table = dynamoDb(settings.SERVICE_CALL_MS);

  // The request id is logged as `removing`: a removal may fail after its invocation, when the log's keys no longer have the id.
  const removeRow = rowRemover(table, settings.PENDING_REQUESTS_TABLE, (removing, error) =>
    logger.warn('a row could not be removed', { removing, error: error as Error }),
  );

  const wakes = socketWakeChannel({
    open: (onMessage) =>
      WakeSocket.open({
        url: settings.WAKE_CHANNEL_URL,
        region: functionRegion(),
        credentials: functionCredentials,
        timeoutMs: OPEN_TIMEOUT_MS,
        onMessage,
      }),
    clock: systemClock,
    idleMs: settings.WAKE_IDLE_MS,
    readyMs: settings.WAKE_HELLO_MS,
    rotateMs: settings.WAKE_ROTATE_MS,
    observer: {
      opened: (replacing) => {
        if (replacing) count('WakeSocketReconnect');
      },
      openFailed: (error) => logger.warn('the wake channel could not be opened', error as Error),
      stale: ({ requestId, source, stored }) => {
        logger.debug('a wake came for a request that has ended', { staleRequestId: requestId });
        // The answer was stored although its waiter had it already, or had given up. Nobody else looks for the row.
        if (source === 'bus' || stored) void removeRow(requestId);
      },
    },
  });

  const share = new LiveShare({
    initialPercent: settings.EVENT_DRIVEN_PERCENT,
    cacheMs: settings.ROLLOUT_CACHE_MS,
    staleMs: settings.ROLLOUT_STALE_MS,
    now: systemClock.now,
    onUnreadable: (reason) => {
      logger.warn('the rollout item could not be read', reason as Error);
      count('RolloutUnreadable');
    },
  });

  const sealingKeys = settings.USE_TICKETS ? new SealingKeys({ staleMs: settings.ROLLOUT_STALE_MS, now: systemClock.now }) : undefined;

  // When the kill switch makes every request poll, neither the rollout item nor the keys of tickets are read.
  const tunnels = tunnelsTable(table, settings.TUNNELS_TABLE, {
    ...(settings.USE_EVENT_DRIVEN && { share, ...(sealingKeys && { ticketKeys: sealingKeys }) }),
    onUnreadable: (error) => logger.warn("the owner's requests in flight could not be read", error as Error),
  });

  const agents = agentGateway(settings.AGENT_GATEWAY_URL, (error) => logger.warn('posting to the agent failed', error as Error));

  return {
    tunnels,
    // The request id is logged as `leaving`, for the same reason as `removing` below.
    inFlight: inFlightRows(table, settings.TUNNELS_TABLE, settings.REQUEST_DEADLINE_MS, (leaving, error) =>
      logger.warn('a request in flight could not be removed', { leaving, error: error as Error }),
    ),
    maxInFlight: settings.MAX_IN_FLIGHT,
    pending: {
      ...pendingRequestsTable(table, settings.PENDING_REQUESTS_TABLE),
      remove: removeRow,
    },
    bodies: lazyBodyBucket(settings.BODY_BUCKET, settings.SERVICE_CALL_MS, (removing, error) =>
      logger.warn('a body could not be removed', { removing, error: error as Error }),
    ),
    agents,
    eventStreams: settings.STREAM_URL && new EventStreamRefusal(settings.STREAM_URL, agents, systemClock),
    tickets: sealingKeys,
    wakes,
    clock: systemClock,
    rollout: { useEventDriven: settings.USE_EVENT_DRIVEN, mode: settings.EVENT_DRIVEN_MODE },
    tunnelDomain: settings.TUNNEL_DOMAIN,
    deadlineMs: settings.REQUEST_DEADLINE_MS,
    passwordDigest: cachedPasswordDigests(),
    reads: { pollingDelaysMs: settings.POLLING_DELAYS_MS, safetyReadMs: settings.SAFETY_READ_MS },
  };
}

/**
 * Answers a request, with an error's own answer where there is none.
 * @param forward takes the request through the tunnel; rejects with a TunnelError for an error that the visitor is shown
 */
export async function answered<R extends ResponseHead>(
  requestId: string,
  request: VisitorRequest,
  forward: (observer: RequestMetrics) => Promise<R>,
): Promise<R | VisitorResponse> {
  const observer = new RequestMetrics(systemClock.now);
  const answer = async (): Promise<R | VisitorResponse> => {
    try {
      const response = await forward(observer);
      observer.ended(request.arrivedAt);
      return response;
    } catch (error) {
      if (!(error instanceof TunnelError)) logger.error('the request failed', error as Error);
      const told = error instanceof TunnelError ? error : new TunnelError('internal_error');
      observer.ended(request.arrivedAt, told);
      annotate({ error: told.code });
      return errorResponse(told, request.headers['accept']?.[0], requestId);
    }
  };
  const response = await answer();
  return { ...response, headers: { ...response.headers, [REQUEST_ID_HEADER]: [requestId] } };
}
