import type { Headers } from '../../../protocol';

/**
 * A comment of an event stream, which clients ignore (https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation). It
 * keeps proxies from giving up a stream whose service is silent.
 */
export const HEARTBEAT = new TextEncoder().encode(':\n\n');

/** Enough to recognize the end of an event, in bytes. */
const TAIL_BYTES = 4;

/** Knows whether an event stream is between two events, so that a comment does no harm there. */
export class EventStreamPosition {
  private tail = '';

  /** @param piece the next bytes of the body */
  pass(piece: Uint8Array): void {
    this.tail = (this.tail + Buffer.from(piece.subarray(-TAIL_BYTES)).toString('latin1')).slice(-TAIL_BYTES);
  }

  get isBetweenEvents(): boolean {
    return this.tail === '' || /(\n\n|\r\r|\r\n\r\n)$/.test(this.tail);
  }
}

/** Whether an answer is an event stream as it stands: a comment cannot be written into compressed bytes. */
export function isEventStream(headers: Headers): boolean {
  return /^\s*text\/event-stream\s*(;|$)/i.test(headers['content-type']?.[0] ?? '') && !headers['content-encoding'];
}
