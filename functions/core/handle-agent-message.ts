import type { AgentMessage, CloudMessage, ErrorMessage, HttpResponseMessage, ReadyMessage } from '../../protocol';
import type { AnswerMessage } from './agent-outcome';
import { answerByRow, type RowAnswerOptions } from './answer-by-row';
import { answerByTicket, type TicketAnswerOptions } from './answer-by-ticket';
import { grantUpload, type GrantOptions } from './grant-upload';
import type { OwnerConnections } from './owner-limits';
import type { CompletionResult, RequestState } from './pending-request';
import { replacedNotice } from './replaced-notice';
import { streamByTicket, type StreamOptions } from './stream/stream-by-ticket';
import type { TicketState } from './ticket';
import { pathBasedUrl, tunnelUrls, type AgentIdentity, type Announcement, type TunnelLeases } from './tunnel';

/** @param establishing the connection may be so new that it cannot receive yet */
export type Reply = (message: CloudMessage, establishing?: 'establishing') => Promise<void>;

export interface MessageOptions extends RowAnswerOptions, TicketAnswerOptions, GrantOptions, StreamOptions {
  readonly leases: Pick<TunnelLeases, 'publish' | 'release'>;
  readonly pending: RowAnswerOptions['pending'] & TicketAnswerOptions['pending'];
  readonly bodies: RowAnswerOptions['bodies'] & GrantOptions['bodies'];
  readonly owners: Pick<OwnerConnections, 'use'>;
  readonly wakes: TicketAnswerOptions['wakes'] & StreamOptions['wakes'];
  readonly reply: Reply;
  /** Sends to another connection of the same owner. */
  readonly notify: (connectionId: string, message: CloudMessage) => Promise<void>;
  readonly visitorUrl: URL;
  readonly tunnelDomain: string | undefined;
  /** Where visitors reach tunnels for answers that are streamed; undefined without a streaming door. */
  readonly streamUrl: URL | undefined;
  readonly observer: RowAnswerOptions['observer'] &
    TicketAnswerOptions['observer'] & {
      /** The result of an answer, or of the question where to upload its body. */
      answer(requestId: string, result: CompletionResult | RequestState | TicketState): void;
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
      if (granted) await options.reply(granted);
      return granted?.type === 'upload_url';
    }
    case 'http_response':
    case 'error':
      return isAnswer(message) && answer(message, from, options);
    case 'response_head':
    case 'response_chunk':
    case 'response_end':
    case 'response_failed':
    case 'stream_alive':
      return streamByTicket(message, { requestId: message.request_id, tunnelId: from.tunnelId, owner: from.owner }, options);
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
  const { streamUrl } = options;
  const established: CloudMessage = {
    type: 'connection_established',
    connection_id: connectionId,
    tunnel_id: tunnelId,
    public_url: urls.publicUrl,
    ...(urls.subdomainUrl !== undefined && { subdomain_url: urls.subdomainUrl }),
    path_based_url: urls.pathBasedUrl,
    ...(streamUrl && { stream_url: pathBasedUrl(tunnelId, streamUrl) }),
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

/** @returns whether a visitor waited for the answer */
async function answer(message: AnswerMessage, { tunnelId, owner }: AgentIdentity, options: MessageOptions): Promise<boolean> {
  const { request_id: requestId, ticket } = message;
  const answerer = { requestId, tunnelId, owner };
  let result = ticket === undefined ? undefined : await answerByTicket({ ...message, ticket }, answerer, options);
  // A waiter that has heard nothing for a while puts a row, so that not even a ticket that cannot be opened costs the answer.
  if (!result || result.kind === 'unreadable') result = await answerByRow(message, answerer, options);
  return result.kind === 'completed';
}

/** An error without a request id belongs to no request. */
const isAnswer = (message: HttpResponseMessage | ErrorMessage): message is AnswerMessage => typeof message.request_id === 'string';
