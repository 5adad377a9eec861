import type { Cohort, Mode } from './answer-path';
import type { ForwardOptions } from './forward-options';
import type { Held } from './held';
import { stayInFlight } from './in-flight';
import { Mailbox } from './mailbox';
import type { PendingRequest } from './pending-request';
import { RequestBodies } from './request-bodies';
import { requestMessage } from './request-message';
import { RequestRow } from './request-row';
import { AnswerStream } from './stream/answer-stream';
import type { StreamHead } from './stream/stream-part';
import type { StreamSettings } from './stream/stream-settings';
import { isStreamed, type StreamedResponse } from './stream/streamed-response';
import { AgentLine, can, isTooLate, Questions, sendToAgent, type ReachableTunnel } from './tunnel-agent';
import { TunnelError } from './tunnel-error';
import type { Route, VisitorRequest } from './visitor-request';
import { headOf, responseOf, type VisitorResponse } from './visitor-response';
import { readDelays, waitForResponse, type Answer } from './wait-for-response';
import type { Wake, WakeSubscription } from './wake';

/** A visitor's request that was let in. */
export interface Visit {
  readonly requestId: string;
  readonly request: VisitorRequest;
  readonly route: Route;
  readonly tunnel: ReachableTunnel;
  readonly cohort: Cohort;
  /** Undefined for a request that polls. */
  readonly subscription: WakeSubscription | undefined;
  /** What is held for the request. The caller releases it, unless the answer is a stream: that one does so at its end. */
  readonly held: Held;
}

/**
 * Seals a ticket or puts the row, posts to the agent, and waits. The order matters: the waiter, and the row if there is one, are ready before
 * the agent can answer, so that every answer is found.
 * @param streams undefined where the answer has to come whole
 * @throws TunnelError
 */
export async function exchange(
  visit: Visit,
  options: ForwardOptions,
  streams: StreamSettings | undefined,
): Promise<VisitorResponse | StreamedResponse> {
  const mode: Mode = visit.subscription ? options.rollout.mode : 'polling';
  const stream = mode === 'direct' && streams ? streamOf(visit, streams, options) : undefined;
  try {
    const answer = await answerOf(visit, mode, stream, options);
    if (isStreamed(answer)) return answer;
    stream?.end();
    return answer;
  } catch (error) {
    await stream?.close();
    throw error;
  }
}

/** @param stream undefined where the answer has to come whole */
async function answerOf(
  visit: Visit,
  mode: Mode,
  stream: AnswerStream | undefined,
  options: ForwardOptions,
): Promise<VisitorResponse | StreamedResponse> {
  const { requestId, request, route, tunnel, cohort, subscription, held } = visit;
  const { clock, observer } = options;
  const pendingRequest = stream?.request ?? pendingRequestOf(visit, mode, options.deadlineMs);
  const { deadline } = pendingRequest;
  const ticket = stream?.ticket ?? (mode === 'direct' ? ticketFor(pendingRequest, visit, options) : undefined);
  const bodies = new RequestBodies(requestId, options.bodies);
  held.until(() => bodies.release());
  const text = await requestMessage({
    requestId,
    request,
    route,
    deadline,
    bodies: can(tunnel, 'bodies-by-reference') ? bodies : undefined,
    ticket,
    stream: stream?.terms,
  });
  if (isTooLate(deadline, clock)) throw new TunnelError('deadline_exceeded');
  observer.assigned({ cohort, mode });
  const row = new RequestRow(pendingRequest, options.pending);
  if (ticket === undefined) await row.put();
  // Waiting starts before the post has returned: the answer may come earlier, and a post can stall.
  const sending = sendToAgent(tunnel, { text, deadline, row }, options);
  const questions = ticket === undefined ? undefined : new Questions(tunnel, row, options, stream && (() => stream.question));
  questions?.begin();
  try {
    const answer = await waitForResponse({
      requestId,
      inbox: stream?.others ?? subscription?.inbox ?? new Mailbox<Wake>(),
      delays: readDelays(mode, options.reads),
      deadline,
      pending: row,
      onStored: () => row.mayExist(),
      clock,
      hopeless: Promise.race([failureOf(sending), ...(stream ? [failureOf(stream.lost)] : [])]),
      instead: stream?.begun,
      onStoreError: (error) => observer.storeFailed(error),
      onLastLookError: (error) => observer.lastLookFailed(error),
    });
    if (!answer) throw new TunnelError('deadline_exceeded');
    if (stream && 'kind' in answer) {
      await row.remove(requestId);
      return streamedResponse(stream, answer, visit, options);
    }
    const whole = answer as Answer;
    observer.answered(whole);
    if (questions?.haveBrought(whole)) observer.askedFor();
    await questions?.answered();
    return responseOf(await bodies.fetch(whole.outcome), request.method);
  } finally {
    questions?.end();
  }
}

/** Rejects when `promise` rejects. Never settles when `promise` resolves. */
const failureOf = (promise: Promise<void>): Promise<never> => promise.then(() => new Promise<never>(() => undefined));

const pendingRequestOf = ({ requestId, request, tunnel, cohort, subscription }: Visit, mode: Mode, lifeMs: number): PendingRequest => ({
  requestId,
  tunnelId: tunnel.tunnelId,
  owner: tunnel.owner,
  cohort,
  mode,
  deadline: request.arrivedAt + lifeMs,
  ...(subscription && { waiterConnectionId: subscription.waiterConnectionId }),
  ...(request.traceHeader !== undefined && { traceHeader: request.traceHeader }),
});

/** A ticket for a request whose waiter has a socket. Undefined while no key is known, or where the environment or the agent knows none. */
function ticketFor(
  { cohort: _, mode: __, ...request }: PendingRequest,
  { tunnel, subscription }: Visit,
  { tickets }: ForwardOptions,
): string | undefined {
  if (!subscription || !can(tunnel, 'tickets')) return undefined;
  return tickets?.seal({ ...request, waiterConnectionId: subscription.waiterConnectionId });
}

/** The stream in which the answer may come; undefined where the agent cannot stream, or where there is no ticket. */
function streamOf(visit: Visit, settings: StreamSettings, options: ForwardOptions): AnswerStream | undefined {
  const { tunnel, subscription } = visit;
  const request = pendingRequestOf(visit, 'direct', settings.lifeMs);
  const ticket = ticketFor(request, visit, options);
  if (!subscription || ticket === undefined || !can(tunnel, 'streams')) return undefined;
  const agent = new AgentLine(tunnel, options, options.reads.safetyReadMs);
  return new AnswerStream({
    request,
    settings,
    subscription,
    ticket,
    newTicket: async () => {
      // The keys are read together with a tunnel. In an environment that has served one long stream, they have not been read for long.
      await options.tunnels.find(tunnel.tunnelId).catch((error: unknown) => options.observer.storeFailed(error));
      return ticketFor(request, visit, options);
    },
    tell: (message) => agent.tell(message),
    clock: options.clock,
  });
}

/** The response that begins with a stream's head. @throws TunnelError `invalid_response` */
function streamedResponse(
  stream: AnswerStream,
  head: StreamHead,
  { tunnel: { owner }, requestId, held }: Visit,
  options: ForwardOptions,
): StreamedResponse {
  const { observer, inFlight: store } = options;
  const response = headOf(head);
  observer.answered({ completedAt: head.takenAt, learnedBy: 'direct' });
  held.until(stayInFlight({ owner, requestId }, { ...options, store, onError: (error) => observer.storeFailed(error) }));
  return {
    ...response,
    body: stream,
    cut: stream.cut,
    visitorLeft: () => stream.visitorLeft(),
    async close() {
      await stream.close();
      await held.release();
      observer.streamed(stream.cutReason);
    },
  };
}
