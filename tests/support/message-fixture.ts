/** Everything that `handleAgentMessage` needs, in memory. */
import type { CloudMessage, HttpResponseMessage } from '../../protocol';
import type { MessageOptions } from '../../functions/core/handle-agent-message';
import { noneDelivered } from '../../functions/core/answer-by-ticket';
import type { Ticket } from '../../functions/core/ticket';
import type { NewsPoster } from '../../functions/core/stream/stream-by-ticket';
import type { EncodedNews } from '../../functions/core/stream/stream-part';
import type { Wake } from '../../functions/core/wake';
import { InMemoryBodies } from './in-memory-bodies';
import { InMemoryPending } from './in-memory-pending';
import { VirtualClock } from './virtual-clock';

/** The connection that sends the messages. */
export const FROM = { owner: 'ann', tunnelId: 'demo', lease: 'l1', claim: 'granted', connectionId: 'c1' } as const;
/** An answer to the request `r`, which waits. */
export const RESPONSE: HttpResponseMessage = { type: 'http_response', request_id: 'r', status_code: 200, headers: {}, body: 'aGk=' };

/** Posts no part of a stream. */
export const NO_PARTS: NewsPoster = { postNews: () => Promise.reject(new Error('no part of a stream is expected')) };

/** A cloud in memory in which the request `r` of the tunnel `demo` waits. */
export function messageCloud(overrides: Partial<MessageOptions> = {}) {
  const pending = new InMemoryPending();
  const bodies = new InMemoryBodies();
  pending.rows.set('r', { request: { requestId: 'r', tunnelId: 'demo', owner: 'ann', mode: 'bus', deadline: 1 } });
  const replies: CloudMessage[] = [];
  const notices: { to: string; message: CloudMessage }[] = [];
  const results: string[] = [];
  const released: string[] = [];
  const used: string[] = [];
  /** Types of the replies for which the connection may be too new. */
  const patient: string[] = [];
  const wakes: { to: string; wake: Wake }[] = [];
  const parts: { to: string; requestId: string; news: EncodedNews }[] = [];
  const failures: unknown[] = [];
  /** What the texts of tickets stand for. */
  const tickets = new Map<string, Ticket>();
  const options: MessageOptions = {
    leases: {
      publish: async (identity, connectionId) => (identity.lease === 'l1' && connectionId === 'c1' ? { isFirst: true } : undefined),
      release: async (_, connectionId) => released.push(connectionId) > 0,
    },
    owners: { use: async ({ lease }) => void used.push(lease) },
    pending,
    bodies,
    tickets: { open: async (sealed) => tickets.get(sealed) },
    delivered: noneDelivered(),
    wakes: {
      post: async (to, wake) => wakes.push({ to, wake }) > 0,
      postNews: async (to, requestId, news) => parts.push({ to, requestId, news }) > 0,
    },
    reply: async (message, establishing) => {
      replies.push(message);
      if (establishing) patient.push(message.type);
    },
    notify: async (to, message) => void notices.push({ to, message }),
    clock: new VirtualClock(),
    visitorUrl: new URL('http://127.0.0.1:8080'),
    tunnelDomain: 'localhost',
    streamUrl: undefined,
    observer: {
      answer: (_, { kind }) => results.push(kind),
      repeated: () => results.push('repeated'),
      bodyNotStored: (error) => failures.push(error),
      wakeFailed: (error) => failures.push(error),
    },
    ...overrides,
  };
  return { pending, bodies, replies, notices, patient, results, released, used, wakes, parts, failures, tickets, options };
}
