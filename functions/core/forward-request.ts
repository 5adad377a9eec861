import type { Capability } from '../../protocol';
import type { BodyStore } from './body-store';
import type { Clock } from './clock';
import { countInFlight, enterInFlight, type InFlightLimit, type InFlightStore } from './in-flight';
import { Mailbox } from './mailbox';
import { outsideView } from './outside-view';
import type { PendingRequests } from './pending-request';
import type { Mode } from './answer-path';
import { leadBack } from './lead-back';
import { RequestBodies } from './request-bodies';
import { requestMessage } from './request-message';
import { assignCohort, type Rollout } from './rollout';
import type { Cohort } from './answer-path';
import type { Tunnel, TunnelLookUps } from './tunnel';
import { TunnelError } from './tunnel-error';
import { admit, type PasswordDigest } from './visitor-access';
import { routeOf, type VisitorRequest } from './visitor-request';
import { responseOf, type VisitorResponse } from './visitor-response';
import { readDelays, waitForResponse, type Answer, type ReadSchedule } from './wait-for-response';
import type { Wake, WakeChannel, WakeSubscription } from './wake';

/**
 * The result of posting a message to an agent. `uncertain`: the message may have arrived, so it is posted again only to an agent
 * that drops duplicates.
 */
export type PostResult = 'sent' | 'gone' | 'busy' | 'uncertain';

/** Posts messages into the agents' connections. `post` never rejects and never tries again by itself. */
export interface AgentGateway {
  post(connectionId: string, text: string): Promise<PostResult>;
}

export interface ForwardOptions extends InFlightLimit {
  readonly tunnels: TunnelLookUps;
  readonly inFlight: InFlightStore;
  readonly pending: PendingRequests;
  readonly bodies: BodyStore;
  readonly agents: AgentGateway;
  readonly wakes: WakeChannel;
  readonly clock: Clock;
  readonly rollout: Omit<Rollout, 'percent'>;
  readonly tunnelDomain: string | undefined;
  readonly reads: ReadSchedule;
  readonly passwordDigest: PasswordDigest;
  readonly observer: ForwardObserver;
}

/** Gets the events of a request, for logs and metrics. */
export interface ForwardObserver {
  /** The request is for this tunnel, which exists. */
  addressed(tunnelId: string): void;
  /** The request is about to be sent to the agent; `mode` is how the waiter will learn of the answer. */
  assigned(assignment: { cohort: Cohort; mode: Mode }): void;
  answered(answer: Answer): void;
  /** A read or removal of the row failed; the request goes on. */
  storeFailed(error: unknown): void;
  /** The last look failed or took too long: the visitor gets an error, although there may be an answer. */
  lastLookFailed(error: unknown): void;
}

/**
 * Least time before the deadline at which a request is still sent, in ms. With less time, no answer could reach the visitor, but the
 * local service would run the request all the same.
 */
const MIN_ANSWER_MS = 500;

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
  const { clock, deadlineMs } = options;
  const ended = new AbortController();
  const tooLate = clock.sleep(Math.max(0, request.arrivedAt + deadlineMs + LATE_MS - clock.now()), ended.signal).then(() => {
    throw new TunnelError('deadline_exceeded');
  });
  try {
    return await Promise.race([forward(requestId, request, options), tooLate]);
  } finally {
    ended.abort();
  }
}

/**
 * Finds the tunnel, registers the waiter, puts the row, posts to the agent, and waits. The order matters: the waiter and the row are
 * ready before the agent can answer, so that every answer is found.
 */
async function forward(requestId: string, request: VisitorRequest, options: ForwardOptions): Promise<VisitorResponse> {
  const { pending, clock } = options;
  const deadline = request.arrivedAt + options.deadlineMs;
  refuseUncarried(request);
  const route = routeOf(request, options.tunnelDomain);
  if (!route) return ledBack(request, options);
  const bodies = new RequestBodies(requestId, options.bodies);
  const cohortAt = (percent: number): Cohort => assignCohort(requestId, { ...options.rollout, percent });

  // The wake channel gets ready while the tunnel is looked up.
  let subscribing = cohortAt(options.tunnels.lastPercent) === 'event-driven' ? options.wakes.subscribe(requestId) : undefined;
  let leave: (() => Promise<void>) | undefined;
  try {
    const { tunnel: found, arrivals, percent } = await options.tunnels.lookUp(route.tunnelId);
    if (!found) return await ledBack(request, options);
    options.observer.addressed(found.tunnelId);
    const admitted = await admit(request, found, options.passwordDigest);
    const tunnel = reachable(found, request.method);
    if (countInFlight(arrivals, clock.now(), options) >= options.maxInFlight) throw new TunnelError('tunnel_busy');
    leave = enterInFlight(
      { owner: tunnel.owner, requestId, arrivedAt: request.arrivedAt },
      { ...options, store: options.inFlight, onError: (error) => options.observer.storeFailed(error) },
    );
    // The look-up may have returned another share than `lastPercent`.
    const cohort = cohortAt(percent);
    if (cohort === 'event-driven') subscribing ??= options.wakes.subscribe(requestId);
    const [subscription, text] = await Promise.all([
      cohort === 'event-driven' ? subscribing : undefined,
      requestMessage({ requestId, request: admitted, route, deadline, bodies: can(tunnel, 'bodies-by-reference') ? bodies : undefined }),
    ]);
    if (isTooLate(deadline, clock)) throw new TunnelError('deadline_exceeded');
    const mode: Mode = subscription ? options.rollout.mode : 'polling';
    options.observer.assigned({ cohort, mode });
    await pending.put({
      requestId,
      tunnelId: tunnel.tunnelId,
      owner: tunnel.owner,
      cohort,
      mode,
      deadline,
      ...(subscription && { waiterConnectionId: subscription.waiterConnectionId }),
      ...(request.traceHeader !== undefined && { traceHeader: request.traceHeader }),
    });
    // Waiting starts before the post has returned: the answer may come earlier, and a post can stall.
    const sending = sendToAgent(tunnel, { requestId, text, deadline }, options);
    const answer = await waitForResponse({
      requestId,
      inbox: inboxOf(subscription),
      delays: readDelays(mode, options.reads),
      deadline,
      pending,
      clock,
      hopeless: failureOf(sending),
      onStoreError: (error) => options.observer.storeFailed(error),
      onLastLookError: (error) => options.observer.lastLookFailed(error),
    });
    if (!answer) throw new TunnelError('deadline_exceeded');
    options.observer.answered(answer);
    return outsideView(responseOf(await bodies.fetch(answer.outcome), request.method), request, route);
  } finally {
    await leave?.();
    (await subscribing)?.close();
    await bodies.release();
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

/** Rejects when `promise` rejects. Never settles when `promise` resolves. */
const failureOf = (promise: Promise<void>): Promise<never> => promise.then(() => new Promise<never>(() => undefined));

function inboxOf(subscription: WakeSubscription | undefined): Mailbox<Wake> {
  return subscription?.inbox ?? new Mailbox<Wake>();
}

function reachable(tunnel: Tunnel, method: string): Tunnel & { connectionId: string } {
  if (tunnel.connectionId === undefined) throw new TunnelError('agent_away');
  if (!METHODS_OF_OLD_AGENTS.has(method) && !can(tunnel, 'any-method')) {
    throw new TunnelError('method_not_supported');
  }
  return { ...tunnel, connectionId: tunnel.connectionId };
}

const can = (tunnel: Tunnel, capability: Capability): boolean => tunnel.capabilities.includes(capability);

/**
 * Posts the request to the tunnel's agent. The result `gone` means that the message did not arrive, so the tunnel is read once
 * more in case the agent has reconnected. The row is removed when no agent can answer.
 */
async function sendToAgent(
  tunnel: Tunnel & { connectionId: string },
  { requestId, text, deadline }: { readonly requestId: string; readonly text: string; readonly deadline: number },
  options: ForwardOptions,
): Promise<void> {
  const post = async (connectionId: string): Promise<PostResult | 'too-late'> =>
    isTooLate(deadline, options.clock) ? 'too-late' : options.agents.post(connectionId, text);
  let { connectionId } = tunnel;
  let result = await post(connectionId);
  if (result === 'gone') {
    const newer = await options.tunnels.find(tunnel.tunnelId);
    if (newer && isSameAgent(newer, tunnel) && newer.connectionId !== undefined && newer.connectionId !== connectionId) {
      connectionId = newer.connectionId;
      result = await post(connectionId);
    }
  }
  if (result === 'uncertain') {
    // A connection to API Gateway that was kept alive through a freeze may be dead, which only a post shows. The first post may
    // have arrived, whatever the result of a second post, so the waiter has to wait.
    if (can(tunnel, 'drops-duplicates')) await post(connectionId);
    return;
  }
  if (result === 'sent') return;
  await options.pending.remove(requestId);
  throw new TunnelError(result === 'too-late' ? 'deadline_exceeded' : result === 'busy' ? 'agent_busy' : 'agent_away');
}

const isTooLate = (deadline: number, clock: Clock): boolean => clock.now() > deadline - MIN_ANSWER_MS;

/**
 * Whether both rows are of the same running agent, so that a visitor admitted by the first is also admitted by the second. An
 * agent keeps its salt for as long as it runs.
 */
const isSameAgent = (newer: Tunnel, tunnel: Tunnel): boolean => newer.owner === tunnel.owner && newer.access?.salt === tunnel.access?.salt;
