/** A stream at its waiter, with an agent that the test plays. */
import { createHash } from 'node:crypto';
import type { CloudMessage, PartsTakenMessage } from '../../protocol';
import { Mailbox } from '../../functions/core/mailbox';
import { AnswerStream } from '../../functions/core/stream/answer-stream';
import type { StreamNews, StreamPart } from '../../functions/core/stream/stream-part';
import type { StreamSettings } from '../../functions/core/stream/stream-settings';
import type { Wake } from '../../functions/core/wake';
import { VirtualClock } from './virtual-clock';

export const STREAM_SETTINGS: StreamSettings = {
  lifeMs: 885_000,
  windowBytes: 1000,
  chunkBytes: 100,
  gatherMs: 25,
  probeMs: 2000,
  silenceMs: 45_000,
  heartbeatMs: 15_000,
  stallMs: 300_000,
};

/** The parts of an answer, one for each text. */
export function partsOf(texts: readonly string[], headers: Record<string, string[]> = {}): StreamPart[] {
  const sha256 = createHash('sha256').update(texts.join('')).digest('base64');
  return [
    { kind: 'head', number: 0, statusCode: 200, headers, body: new Uint8Array(), takenAt: 0 },
    ...texts.map((text, index): StreamPart => ({ kind: 'chunk', number: index + 1, body: Buffer.from(text) })),
    { kind: 'end', number: texts.length + 1, sha256 },
  ];
}

export function streamCloud(settings: Partial<StreamSettings> = {}) {
  const clock = new VirtualClock();
  const inbox = new Mailbox<Wake>();
  const told: CloudMessage[] = [];
  /** Connections of the waiter. The test loses the first one. */
  const socket = { id: 'w1', lose: (): void => undefined, renewed: 0, isReplaced: false, hasKey: true };
  let lost = new Promise<void>((resolve) => (socket.lose = resolve));
  const stream = new AnswerStream({
    request: { requestId: 'r1', tunnelId: 'demo', owner: 'ann', mode: 'direct', waiterConnectionId: 'w1', deadline: clock.now() + 885_000 },
    settings: { ...STREAM_SETTINGS, ...settings },
    subscription: {
      get waiterConnectionId() {
        return socket.id;
      },
      inbox,
      lost: () => lost,
      renew: async () => {
        socket.renewed += 1;
        if (!socket.isReplaced) return false;
        socket.isReplaced = false;
        socket.id = 'w2';
        lost = new Promise((resolve) => (socket.lose = resolve));
        return true;
      },
      close: () => undefined,
    },
    ticket: 'for w1',
    newTicket: async () => (socket.hasKey ? `for ${socket.id}` : undefined),
    tell: async (message) => void told.push(message),
    clock,
  });
  const hear = async (...news: readonly StreamNews[]): Promise<void> => {
    for (const each of news) inbox.deliver({ version: 1, requestId: 'r1', source: 'direct', news: each });
    await clock.advance(0);
  };
  /** Reads the body to its end. */
  const visitor = { text: '', error: undefined as unknown, isEnded: false };
  const read = async (): Promise<void> => {
    try {
      for await (const piece of stream) visitor.text += Buffer.from(piece).toString();
      visitor.isEnded = true;
    } catch (error) {
      visitor.error = error;
    }
  };
  const taken = (): PartsTakenMessage[] => told.filter((message) => message.type === 'parts_taken');
  return { clock, inbox, told, taken, socket, stream, hear, read, visitor };
}
