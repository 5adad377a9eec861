import {
  bodyRefOf,
  type AgentMessage,
  type CloudMessage,
  type ErrorMessage,
  type HttpResponseMessage,
  type ReadyMessage,
} from '../../protocol';
import { isStored, MAX_ROW_BODY_BYTES, responseBodyKey, type BodyStore } from './body-store';
import type { Clock } from './clock';
import { grantUpload } from './grant-upload';
import type { OwnerConnections } from './owner-limits';
import {
  SHAPE_VERSION,
  type AnsweringAgent,
  type Completion,
  type CompletionResult,
  type PendingRequests,
  type RequestOutcome,
  type RequestState,
} from './pending-request';
import { replacedNotice } from './replaced-notice';
import { tunnelUrls, type AgentIdentity, type Announcement, type TunnelLeases } from './tunnel';
import type { Wake, WakePoster } from './wake';

/** @param establishing the connection may be so new that it cannot receive yet */
export type Reply = (message: CloudMessage, establishing?: 'establishing') => Promise<void>;

export interface MessageOptions {
  readonly leases: Pick<TunnelLeases, 'publish' | 'release'>;
  readonly pending: Pick<PendingRequests, 'stateFor' | 'complete' | 'handToBus'>;
  readonly bodies: Pick<BodyStore, 'put' | 'uploadUrl'>;
  readonly wakes: WakePoster;
  readonly owners: Pick<OwnerConnections, 'use'>;
  /** Sends to the connection the message came from. */
  readonly reply: Reply;
  /** Sends to another connection of the same owner. */
  readonly notify: (connectionId: string, message: CloudMessage) => Promise<void>;
  readonly clock: Clock;
  readonly visitorUrl: URL;
  readonly tunnelDomain: string | undefined;
  readonly observer: {
    /** The result of an answer, or of the question where to upload its body. */
    answer(requestId: string, result: CompletionResult | RequestState): void;
    /** A body could not be put into the body store. */
    bodyNotStored(error: unknown): void;
    /** The waiter could not be woken, neither directly nor by the bus. Its safety read will find the answer. */
    wakeFailed(error: unknown): void;
  };
}

/**
 * Handles one message of an agent.
 * @param from comes from the authorizer of the connection, never from the message
 * @returns whether the message served a request whose visitor waits
 */
export async function handleAgentMessage(
  message: AgentMessage,
  from: AgentIdentity & { connectionId: string },
  options: MessageOptions,
): Promise<boolean> {
  switch (message.type) {
    case 'ready':
      await establish(from, message, options);
      return false;
    case 'ping':
      await options.reply({ type: 'pong', ...(message.id !== undefined && { id: message.id }), time: options.clock.now() });
      return false;
    case 'pong':
      return false;
    case 'draining':
      await options.leases.release(from, from.connectionId, options.clock.now());
      return false;
    case 'upload_request': {
      const granted = await grantUpload(message, from, options);
      await options.reply(granted);
      return granted.type === 'upload_url';
    }
    case 'http_response':
    case 'error':
      return complete(message, from, options);
  }
}

async function establish(
  from: AgentIdentity & { connectionId: string },
  { capabilities = [], access, agent: agentId }: ReadyMessage,
  options: MessageOptions,
): Promise<void> {
  const { tunnelId, connectionId } = from;
  const now = options.clock.now();
  const announced: Announcement = { capabilities, ...(access && { access }), ...(agentId !== undefined && { agentId }) };
  const published = await options.leases.publish(from, connectionId, announced, now);
  if (!published) {
    return options.reply({
      type: 'error',
      code: 'invalid_request',
      message: `a newer connection has taken over tunnel "${tunnelId}", or this connection said ready too late: close this connection`,
    });
  }
  const urls = tunnelUrls(tunnelId, options.visitorUrl, options.tunnelDomain);
  const established: CloudMessage = {
    type: 'connection_established',
    connection_id: connectionId,
    tunnel_id: tunnelId,
    public_url: urls.publicUrl,
    ...(urls.subdomainUrl !== undefined && { subdomain_url: urls.subdomainUrl }),
    path_based_url: urls.pathBasedUrl,
    ...(access && { access: true }),
    time: options.clock.now(),
  };
  const { isFirst, replaced } = published;
  const notice = replaced && replacedNotice(replaced, tunnelId, agentId);
  await Promise.all([
    // Only the first `ready` may find the connection too new: an agent that repeats `ready` gets no more patience.
    options.reply(established, isFirst ? 'establishing' : undefined),
    isFirst && options.owners.use(from, now),
    notice && options.notify(replaced.connectionId, notice),
  ]);
}

async function complete(message: HttpResponseMessage | ErrorMessage, from: AgentIdentity, options: MessageOptions): Promise<boolean> {
  const requestId = message.request_id;
  // An error without a request id belongs to no request.
  if (requestId === null || requestId === undefined) return false;
  const answerer = { requestId, tunnelId: from.tunnelId, owner: from.owner };
  const outcome = await withBodyStored(outcomeOf(message), answerer, options);
  const completion: Completion = { outcome, completedAt: options.clock.now() };
  const result = await options.pending.complete({ ...answerer, ...completion });
  options.observer.answer(requestId, result);
  await Promise.all([
    wakeDirectly(result, completion, options),
    // The ack is sent for every result, because sending the same answer again would change nothing.
    message.ack && options.reply({ type: 'ack', request_id: requestId }),
  ]);
  return result.kind === 'completed';
}

/** In mode `direct`, wakes the waiter. A wake that cannot be delivered goes by the bus. Never rejects. */
async function wakeDirectly(result: CompletionResult, completion: Completion, options: MessageOptions): Promise<void> {
  if (result.kind !== 'completed' && result.kind !== 'duplicate') return;
  const { requestId, mode, waiterConnectionId } = result.request;
  if (mode !== 'direct' || waiterConnectionId === undefined) return;
  try {
    const wake: Wake = {
      version: SHAPE_VERSION,
      requestId,
      source: 'direct',
      // An answer that was sent again may differ from the stored answer.
      ...(result.kind === 'completed' && { completion }),
    };
    if (!(await options.wakes.post(waiterConnectionId, wake))) await options.pending.handToBus(requestId);
  } catch (error) {
    options.observer.wakeFailed(error);
  }
}

/**
 * Puts a body that is too large for the row into the body store, before the row refers to it. The answer stays unchanged when
 * nobody waits for it, or when the waiter is older code without a body store.
 */
async function withBodyStored(
  outcome: RequestOutcome,
  answerer: AnsweringAgent,
  { pending, bodies, observer }: MessageOptions,
): Promise<RequestOutcome> {
  if (outcome.kind === 'failure' || isStored(outcome.body) || outcome.body.length <= MAX_ROW_BODY_BYTES) return outcome;
  if ((await pending.stateFor(answerer)).kind !== 'waiting') return outcome;
  const ref = bodyRefOf(outcome.body);
  try {
    await bodies.put(responseBodyKey(answerer.requestId, ref), outcome.body, ref);
    return { ...outcome, body: ref };
  } catch (error) {
    // A body that came in a message fits the row as well. This costs more, but the answer is not lost.
    observer.bodyNotStored(error);
    return outcome;
  }
}

function outcomeOf(message: HttpResponseMessage | ErrorMessage): RequestOutcome {
  return message.type === 'error'
    ? { kind: 'failure', code: message.code, message: message.message }
    : {
        kind: 'response',
        statusCode: message.status_code,
        headers: message.headers,
        body: message.body_ref ?? Buffer.from(message.body, 'base64'),
      };
}
