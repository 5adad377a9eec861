import { MAX_RESPONSE_BODY_BYTES, type CloudMessage, type UploadRequestMessage } from '../../protocol';
import { responseBodyKey, type BodyStore } from './body-store';
import type { RequestState, PendingRequests } from './pending-request';
import type { AgentIdentity } from './tunnel';

export interface GrantOptions {
  readonly pending: Pick<PendingRequests, 'stateFor'>;
  readonly bodies: Pick<BodyStore, 'uploadUrl'>;
  readonly observer: { answer(requestId: string, state: RequestState): void };
}

/**
 * Replies to an agent that asks where to upload the body of an answer. The agent gets a URL only while a waiter waits for that
 * agent's answer.
 */
export async function grantUpload(
  { request_id: requestId, bytes, sha256 }: UploadRequestMessage,
  { tunnelId, owner }: AgentIdentity,
  { pending, bodies, observer }: GrantOptions,
): Promise<CloudMessage> {
  const refuse = (message: string): CloudMessage => ({ type: 'error', request_id: requestId, code: 'response_too_large', message });
  if (bytes > MAX_RESPONSE_BODY_BYTES) {
    return refuse(`the answer's body has ${bytes} bytes; the limit is ${MAX_RESPONSE_BODY_BYTES}`);
  }
  const state = await pending.stateFor({ requestId, tunnelId, owner });
  observer.answer(requestId, state);
  if (state.kind === 'outdated') {
    return refuse('the request came before the tunnel was updated, so its answer must fit into one message');
  }
  if (state.kind !== 'waiting') return { type: 'ack', request_id: requestId };
  const ref = { bytes, sha256 };
  const place = await bodies.uploadUrl(responseBodyKey(requestId, ref), ref, state.request.deadline);
  return { type: 'upload_url', request_id: requestId, ...place };
}
