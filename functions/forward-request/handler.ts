/** Holds a visitor's request until an agent has answered it. */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { randomUUID } from 'node:crypto';
import { agentGateway } from '../aws/agent-gateway';
import { dynamoDb } from '../aws/dynamodb';
import { functionCredentials, functionRegion } from '../aws/function-access';
import { toLambdaResponse, toVisitorRequest } from '../aws/http-api';
import { inFlightRows } from '../aws/in-flight-rows';
import { lazyBodyBucket } from '../aws/lazy-body-bucket';
import { pendingRequestsTable } from '../aws/pending-requests-table';
import { rowRemover } from '../aws/row-remover';
import { tunnelsTable } from '../aws/tunnels-table';
import { socketWakeChannel } from '../aws/wake-channel';
import { WakeSocket } from '../aws/wake-socket';
import { forwardRequest, type ForwardOptions } from '../core/forward-request';
import { LiveShare } from '../core/live-share';
import { TunnelError } from '../core/tunnel-error';
import type { VisitorRequest } from '../core/visitor-request';
import { errorResponse, type VisitorResponse } from '../core/visitor-response';
import { count } from '../metrics';
import { cachedPasswordDigests } from '../password-digests';
import { readSettings } from '../settings';
import { systemClock } from '../system';
import { currentTraceHeader, identify, instrumented, logger } from '../telemetry';
import { annotate } from '../tracing';
import { RequestMetrics } from './request-metrics';
import { SealingKeys } from './sealing-keys';

const settings = readSettings('forward-request');
const table = dynamoDb(settings.SERVICE_CALL_MS);

const REQUEST_ID_HEADER = 'x-tunnel-request-id';

/** Time for opening a wake socket, in ms. The request that needed it polls meanwhile. */
const OPEN_TIMEOUT_MS = 5000;

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

const options: Omit<ForwardOptions, 'observer'> = {
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
  agents: agentGateway(settings.AGENT_GATEWAY_URL, (error) => logger.warn('posting to the agent failed', error as Error)),
  tickets: sealingKeys,
  wakes,
  clock: systemClock,
  rollout: { useEventDriven: settings.USE_EVENT_DRIVEN, mode: settings.EVENT_DRIVEN_MODE },
  tunnelDomain: settings.TUNNEL_DOMAIN,
  deadlineMs: settings.REQUEST_DEADLINE_MS,
  passwordDigest: cachedPasswordDigests(),
  reads: { pollingDelaysMs: settings.POLLING_DELAYS_MS, safetyReadMs: settings.SAFETY_READ_MS },
};

async function answer(requestId: string, request: VisitorRequest): Promise<VisitorResponse> {
  const observer = new RequestMetrics(systemClock.now);
  try {
    const response = await forwardRequest(requestId, request, { ...options, observer });
    observer.ended(request.arrivedAt);
    return response;
  } catch (error) {
    if (!(error instanceof TunnelError)) logger.error('the request failed', error as Error);
    const told = error instanceof TunnelError ? error : new TunnelError('internal_error');
    observer.ended(request.arrivedAt, told);
    annotate({ error: told.code });
    return errorResponse(told, request.headers['accept']?.[0], requestId);
  }
}

export const handler = instrumented(async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
  const requestId = randomUUID();
  identify({ requestId });
  const response = await answer(requestId, toVisitorRequest(event, currentTraceHeader()));
  // `npm run trace` and the logs find the request by this id.
  return toLambdaResponse({ ...response, headers: { ...response.headers, [REQUEST_ID_HEADER]: [requestId] } });
});
