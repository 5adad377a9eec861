import type { BodyStore } from './body-store';
import { OVER, type Clock } from './clock';
import { countInFlight, enterInFlight, type InFlightLimit, type InFlightStore } from './in-flight';
import { Mailbox } from './mailbox';
import { outsideView } from './outside-view';
import type { PendingRequest, PendingRequests } from './pending-request';
import type { Mode } from './answer-path';
import { leadBack } from './lead-back';
import { RequestBodies } from './request-bodies';
import { requestMessage } from './request-message';
import { RequestRow } from './request-row';
import { assignCohort, type Rollout } from './rollout';
import type { TicketSealer } from './ticket';
import type { Cohort } from './answer-path';
import type { Tunnel, TunnelLookUps } from './tunnel';
import { can, isTooLate, Questions, sendToAgent, type AgentGateway, type ReachableTunnel } from './tunnel-agent';
import { TunnelError } from './tunnel-error';
import { admit, type PasswordDigest } from './visitor-access';
import { routeOf, type VisitorRequest } from './visitor-request';
import { responseOf, type VisitorResponse } from './visitor-response';
import { readDelays, waitForResponse, type Answer, type ReadSchedule } from './wait-for-response';
import type { Wake, WakeChannel, WakeSubscription } from './wake';

export interface ForwardOptions extends InFlightLimit {
  readonly tunnels: TunnelLookUps;
  readonly inFlight: InFlightStore;
  readonly pending: PendingRequests;
  readonly bodies: BodyStore;
  readonly agents: AgentGateway;
  /** Undefined where every request has a row. */
  readonly tickets: TicketSealer | undefined;
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
  /** The answer came only because the agent was asked for it: it was lost on its first way. */
  askedFor(): void;
  /** A read or removal of the row failed; the request goes on. */
  storeFailed(error: unknown): void;
  /** The last look failed or took too long: the visitor gets an error, although there may be an answer. */
  lastLookFailed(error: unknown): void;
}

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
    ended.abort(OVER);
  }
}

/**
 * Finds the tunnel, registers the waiter, seals a ticket or puts the row, posts to the agent, and waits. The order matters: the waiter, and
 * the row if there is one, are ready before the agent can answer, so that every answer is found.
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
  let questions: Questions | undefined;
  try {
    const { tunnel: found, arrivals, percent } = await options.tunnels.lookUp(route.tunnelId);
    if (!found) return await ledBack(request, options);
    options.observer.addressed(found.tunnelId);
    const admitted = await admit(request, found, options.passwordDigest);
    const tunnel = reachable(found, request.method);
    const inFlight = countInFlight(arrivals, clock.now(), options.deadlineMs);
    if (inFlight >= options.maxInFlight) throw new TunnelError('tunnel_busy');
    leave = enterInFlight({ owner: tunnel.owner, requestId, arrivedAt: request.arrivedAt }, inFlight, {
      ...options,
      store: options.inFlight,
      onError: (error) => options.observer.storeFailed(error),
    });
    // The look-up may have returned another share than `lastPercent`.
    const cohort = cohortAt(percent);
    if (cohort === 'event-driven') subscribing ??= options.wakes.subscribe(requestId);
    const subscription = cohort === 'event-driven' ? await subscribing : undefined;
    const mode: Mode = subscription ? options.rollout.mode : 'polling';
    const pendingRequest: PendingRequest = {
      requestId,
      tunnelId: tunnel.tunnelId,
      owner: tunnel.owner,
      cohort,
      mode,
      deadline,
      ...(subscription && { waiterConnectionId: subscription.waiterConnectionId }),
      ...(request.traceHeader !== undefined && { traceHeader: request.traceHeader }),
    };
    const ticket = mode === 'direct' && can(tunnel, 'tickets') ? ticketFor(pendingRequest, subscription, options) : undefined;
    const text = await requestMessage({
      requestId,
      request: admitted,
      route,
      deadline,
      bodies: can(tunnel, 'bodies-by-reference') ? bodies : undefined,
      ticket,
    });
    if (isTooLate(deadline, clock)) throw new TunnelError('deadline_exceeded');
    options.observer.assigned({ cohort, mode });
    const row = new RequestRow(pendingRequest, pending);
    if (ticket === undefined) await row.put();
    // Waiting starts before the post has returned: the answer may come earlier, and a post can stall.
    const sending = sendToAgent(tunnel, { text, deadline, row }, options);
    if (ticket !== undefined) {
      questions = new Questions(tunnel, row, options);
      questions.begin();
    }
    const answer = await waitForResponse({
      requestId,
      inbox: inboxOf(subscription),
      delays: readDelays(mode, options.reads),
      deadline,
      pending: row,
      onStored: () => row.mayExist(),
      clock,
      hopeless: failureOf(sending),
      onStoreError: (error) => options.observer.storeFailed(error),
      onLastLookError: (error) => options.observer.lastLookFailed(error),
    });
    if (!answer) throw new TunnelError('deadline_exceeded');
    options.observer.answered(answer);
    if (questions?.haveBrought(answer)) options.observer.askedFor();
    await questions?.answered();
    return outsideView(responseOf(await bodies.fetch(answer.outcome), request.method), request, route);
  } finally {
    questions?.end();
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

function reachable(tunnel: Tunnel, method: string): ReachableTunnel {
  if (tunnel.connectionId === undefined) throw new TunnelError('agent_away');
  if (!METHODS_OF_OLD_AGENTS.has(method) && !can(tunnel, 'any-method')) {
    throw new TunnelError('method_not_supported');
  }
  return { ...tunnel, connectionId: tunnel.connectionId };
}

/** A ticket for a request whose waiter has a socket. Undefined while no key is known, or where the environment uses none. */
function ticketFor(
  { cohort: _, mode: __, ...request }: PendingRequest,
  subscription: WakeSubscription | undefined,
  { tickets }: ForwardOptions,
): string | undefined {
  return subscription && tickets?.seal({ ...request, waiterConnectionId: subscription.waiterConnectionId });
}
