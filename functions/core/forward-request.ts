import type { Cohort } from './answer-path';
import { OVER, type Clock } from './clock';
import { exchange } from './exchange';
import type { ForwardOptions, StreamingOptions } from './forward-options';
import { Held } from './held';
import { countInFlight, enterInFlight } from './in-flight';
import { leadBack } from './lead-back';
import { outsideView } from './outside-view';
import { assignCohort } from './rollout';
import { wantsEventStream } from './stream/event-stream-refusal';
import type { StreamSettings } from './stream/stream-settings';
import { isStreamed, type StreamedResponse } from './stream/streamed-response';
import type { Tunnel } from './tunnel';
import { can, type ReachableTunnel } from './tunnel-agent';
import { TunnelError } from './tunnel-error';
import { admit } from './visitor-access';
import { routeOf, type VisitorRequest } from './visitor-request';
import type { VisitorResponse } from './visitor-response';

/** The methods that every agent forwards. `ttf` 0.3 drops every other method silently and announces no capabilities. */
const METHODS_OF_OLD_AGENTS = new Set(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS']);

/**
 * Time after the deadline within which every request ends, in ms: longer than the last look, and shorter than the second after which
 * the function times out.
 */
const LATE_MS = 750;

/**
 * Takes one visitor's request through the tunnel. A call to a service that hangs, in whichever step, keeps no visitor for much longer
 * than the deadline.
 * @throws TunnelError for every error that the visitor is shown
 */
export async function forwardRequest(requestId: string, request: VisitorRequest, options: ForwardOptions): Promise<VisitorResponse> {
  const answer = await inTime(forward(requestId, request, options), request.arrivedAt + options.deadlineMs, options.clock);
  // Without settings of streams, every answer is whole.
  return answer as VisitorResponse;
}

/**
 * The same for a door through which answers can come as streams. An answer that cannot be streamed comes whole, within the deadline of whole
 * answers.
 * @throws TunnelError for every error that the visitor is shown
 */
export async function streamRequest(
  requestId: string,
  request: VisitorRequest,
  options: StreamingOptions,
): Promise<VisitorResponse | StreamedResponse> {
  return inTime(forward(requestId, request, options, options.streams), request.arrivedAt + options.streams.lifeMs, options.clock);
}

async function inTime<T>(answer: Promise<T>, deadline: number, clock: Clock): Promise<T> {
  const ended = new AbortController();
  const tooLate = clock.sleep(Math.max(0, deadline + LATE_MS - clock.now()), ended.signal).then(() => {
    throw new TunnelError('deadline_exceeded');
  });
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    ended.abort(OVER);
  }
}

/**
 * Finds the tunnel, lets the visitor in, and has the request answered (exchange.ts).
 * @param streams undefined where every answer has to come whole
 */
async function forward(
  requestId: string,
  request: VisitorRequest,
  options: ForwardOptions,
  streams?: StreamSettings,
): Promise<VisitorResponse | StreamedResponse> {
  refuseUncarried(request);
  const route = routeOf(request, options.tunnelDomain);
  if (!route) return ledBack(request, options);
  const cohortAt = (percent: number): Cohort => assignCohort(requestId, { ...options.rollout, percent });

  // The wake channel gets ready while the tunnel is looked up.
  let subscribing = cohortAt(options.tunnels.lastPercent) === 'event-driven' ? options.wakes.subscribe(requestId) : undefined;
  const held = new Held();
  let isStream = false;
  try {
    const { tunnel: found, arrivals, percent } = await options.tunnels.lookUp(route.tunnelId);
    if (!found) return await ledBack(request, options);
    options.observer.addressed(found.tunnelId);
    const admitted = await admit(request, found, options.passwordDigest);
    const tunnel = reachable(found, request.method);
    const inFlight = countInFlight(arrivals, options.clock.now(), options.deadlineMs);
    if (inFlight >= options.maxInFlight) throw new TunnelError('tunnel_busy');
    const onError = (error: unknown): void => options.observer.storeFailed(error);
    held.until(
      enterInFlight({ owner: tunnel.owner, requestId, arrivedAt: request.arrivedAt }, inFlight, {
        ...options,
        store: options.inFlight,
        onError,
      }),
    );
    // The look-up may have returned another share than `lastPercent`.
    const cohort = cohortAt(percent);
    if (cohort === 'event-driven') subscribing ??= options.wakes.subscribe(requestId);
    const subscription = cohort === 'event-driven' ? await subscribing : undefined;
    if (options.eventStreams && wantsEventStream(request) && canStream(tunnel, cohort, options)) {
      throw await options.eventStreams.refuse(tunnel, route);
    }
    const answer = await exchange({ requestId, request: admitted, route, tunnel, cohort, subscription, held }, options, streams);
    isStream = isStreamed(answer);
    return outsideView(answer, request, route);
  } finally {
    // A stream releases what it holds at its end.
    held.until(async () => (await subscribing)?.close());
    if (!isStream) await held.release();
  }
}

/**
 * Redirects a request that names no tunnel into the tunnel that its browser came from (lead-back.ts).
 * @throws TunnelError `tunnel_not_found` where there is no such tunnel
 */
async function ledBack(request: VisitorRequest, options: ForwardOptions): Promise<VisitorResponse> {
  const redirect = await leadBack(request, options);
  if (!redirect) throw new TunnelError('tunnel_not_found');
  return redirect;
}

/**
 * Refuses requests that no tunnel carries, with any agent. Without this check, a WebSocket handshake would get an ordinary answer
 * or none, which tells the visitor less than this error.
 */
function refuseUncarried({ method, headers }: VisitorRequest): void {
  if (method === 'TRACE' || method === 'CONNECT') throw new TunnelError('method_refused');
  if (headers['sec-websocket-key']) throw new TunnelError('websocket_not_supported');
}

function reachable(tunnel: Tunnel, method: string): ReachableTunnel {
  if (tunnel.connectionId === undefined) throw new TunnelError('agent_away');
  if (!METHODS_OF_OLD_AGENTS.has(method) && !can(tunnel, 'any-method')) {
    throw new TunnelError('method_not_supported');
  }
  return { ...tunnel, connectionId: tunnel.connectionId };
}

/** Whether the streaming door could stream the answer to this request. */
const canStream = (tunnel: Tunnel, cohort: Cohort, { tickets, rollout }: ForwardOptions): boolean =>
  tickets !== undefined && rollout.mode === 'direct' && cohort === 'event-driven' && can(tunnel, 'streams');
