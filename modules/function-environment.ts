import type { Environment } from '../environments';
import { metricNamespace } from '../functions/metric-names';
import { variablesFor, type FunctionName, type SettingName } from '../functions/settings';

/** The names and addresses in the stack that functions get as settings. */
export interface StackAddresses {
  readonly tunnelsTable: string;
  readonly pendingRequestsTable: string;
  readonly bodyBucket: string;
  readonly eventBus: string;
  readonly agentGatewayUrl: string;
  readonly wakeChannelUrl: string;
  readonly visitorUrl: string;
  /** Undefined in an environment without a streaming door, and for the function behind the door. */
  readonly streamUrl: string | undefined;
  /** Undefined when an identity provider signs the tokens. */
  readonly tokenKeyParameter: string | undefined;
}

/** A function's environment block: the settings that functions/settings.ts lists for the function, and those of Powertools. */
export function functionEnvironment(
  functionName: FunctionName,
  environment: Environment,
  addresses: StackAddresses,
): Record<string, string> {
  return {
    ...variablesFor(functionName, settingValues(environment, addresses)),
    ENVIRONMENT: environment.name,
    POWERTOOLS_SERVICE_NAME: functionName,
    POWERTOOLS_METRICS_NAMESPACE: metricNamespace(environment.name),
    POWERTOOLS_LOG_LEVEL: environment.logLevel,
    POWERTOOLS_TRACE_ENABLED: String(environment.tracing),
  };
}

function settingValues(
  { tunnelDomain, tokenIssuer, responsePath, ownerLimits, timings, streams }: Environment,
  addresses: StackAddresses,
): Record<SettingName, string | undefined> {
  return {
    TUNNELS_TABLE: addresses.tunnelsTable,
    PENDING_REQUESTS_TABLE: addresses.pendingRequestsTable,
    BODY_BUCKET: addresses.bodyBucket,
    EVENT_BUS_NAME: addresses.eventBus,
    AGENT_GATEWAY_URL: addresses.agentGatewayUrl,
    WAKE_CHANNEL_URL: addresses.wakeChannelUrl,
    VISITOR_URL: addresses.visitorUrl,
    STREAM_URL: addresses.streamUrl,
    TUNNEL_DOMAIN: tunnelDomain ?? undefined,
    TOKEN_KEY_PARAMETER: addresses.tokenKeyParameter,
    TOKEN_ISSUER: tokenIssuer === null ? undefined : JSON.stringify(tokenIssuer),
    USE_EVENT_DRIVEN: String(responsePath.useEventDriven),
    EVENT_DRIVEN_MODE: responsePath.mode,
    USE_TICKETS: String(responsePath.tickets),
    EVENT_DRIVEN_PERCENT: String(responsePath.percent),
    ROLLOUT_CACHE_MS: String(timings.rolloutCacheMs),
    ROLLOUT_STALE_MS: String(timings.rolloutStaleMs),
    MAX_IN_FLIGHT: String(ownerLimits.requestsInFlight),
    MESSAGES_BURST: String(ownerLimits.messages.burst),
    MESSAGES_PER_SECOND: String(ownerLimits.messages.ratePerSecond),
    MAX_TUNNELS: String(ownerLimits.tunnels),
    REQUEST_DEADLINE_MS: String(timings.requestDeadlineMs),
    POLLING_DELAYS_MS: timings.pollingDelaysMs.join(','),
    SAFETY_READ_MS: String(timings.safetyReadMs),
    WAKE_IDLE_MS: String(timings.wakeIdleMs),
    WAKE_HELLO_MS: String(timings.wakeHelloMs),
    WAKE_ROTATE_MS: String(timings.wakeRotateMs),
    SERVICE_CALL_MS: String(timings.serviceCallMs),
    WAKE_POST_MS: String(timings.wakePostMs),
    LEASE_GRACE_MS: String(timings.leaseGraceMs),
    PROBE_GRACE_MS: String(timings.probeGraceMs),
    TICKET_KEY_MS: String(timings.ticketKeyMs),
    NAME_COOLDOWN_MS: String(timings.nameCooldownMs),
    STREAM_LIFE_MS: String(timings.streamMs),
    STREAM_WINDOW_BYTES: String(streams.windowBytes),
    STREAM_CHUNK_BYTES: String(streams.chunkBytes),
    STREAM_GATHER_MS: String(streams.gatherMs),
    STREAM_PROBE_MS: String(streams.probeMs),
    STREAM_SILENCE_MS: String(streams.silenceMs),
    STREAM_HEARTBEAT_MS: String(streams.heartbeatMs),
    STREAM_STALL_MS: String(streams.stallMs),
  };
}
