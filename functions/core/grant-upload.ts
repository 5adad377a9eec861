import { MAX_RESPONSE_BODY_BYTES, type CloudMessage, type UploadRequestMessage } from '../../protocol';
import { responseBodyKey, type BodyStore } from './body-store';
import type { Clock } from './clock';
import type { AnsweringAgent, RequestState, PendingRequests } from './pending-request';
import { stateByTicket, type TicketOpener, type TicketState } from './ticket';
import type { AgentIdentity } from './tunnel';

export interface GrantOptions {
  readonly pending: Pick<PendingRequests, 'stateFor'>;
  readonly bodies: Pick<BodyStore, 'uploadUrl'>;
  readonly tickets: TicketOpener;
  readonly clock: Clock;
  readonly observer: { answer(requestId: string, state: RequestState | TicketState): void };
}

/**
 * Replies to an agent that asks where to upload the body of an answer. The agent gets a URL only while a waiter waits for that
 * agent's answer. An agent whose ticket cannot be opened gets no reply while nobody waits by a row, and asks again.
 */
export async function grantUpload(
  { request_id: requestId, bytes, sha256, ticket }: UploadRequestMessage,
  { tunnelId, owner }: AgentIdentity,
  options: GrantOptions,
): Promise<CloudMessage | undefined> {
  const refuse = (message: string): CloudMessage => ({ type: 'error', request_id: requestId, code: 'response_too_large', message });
  if (bytes > MAX_RESPONSE_BODY_BYTES) {
    return refuse(`the answer's body has ${bytes} bytes; the limit is ${MAX_RESPONSE_BODY_BYTES}`);
  }
  const answerer = { requestId, tunnelId, owner };
  const byTicket = ticket === undefined ? undefined : await stateByTicket(ticket, answerer, options.tickets, options.clock.now());
  if (byTicket) options.observer.answer(requestId, byTicket);
  const state = byTicket && byTicket.kind !== 'unreadable' ? byTicket : await stateByRow(answerer, options);
  if (byTicket?.kind === 'unreadable' && state.kind === 'late') return undefined;
  if (state.kind === 'outdated') {
    return refuse('the request came before the tunnel was updated, so its answer must fit into one message');
  }
  if (state.kind !== 'waiting') return { type: 'ack', request_id: requestId };
  const ref = { bytes, sha256 };
  const place = await options.bodies.uploadUrl(responseBodyKey(requestId, ref), ref, state.request.deadline);
  return { type: 'upload_url', request_id: requestId, ...place };
}

async function stateByRow(answerer: AnsweringAgent, { pending, observer }: GrantOptions): Promise<RequestState> {
  const state = await pending.stateFor(answerer);
  observer.answer(answerer.requestId, state);
  return state;
}
