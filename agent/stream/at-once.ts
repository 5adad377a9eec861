import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LocalResponseHead } from '../local-response';
import { MAX_BYTES_IN_MEMORY } from '../spool';
import type { LocalBody } from './local-body';

/** A body with this limit is read until it is certain that it does not fit one message. */
export const WHOLE_LIMIT = MAX_BYTES_IN_MEMORY + 1;

/**
 * Waits for the end of a body that is complete at once, so that its answer can go whole. A body that says its length gets the time for which
 * bytes are gathered anyway. Any other body gets only the rest of this turn of the event loop and the next one: its head must not wait.
 * @returns whether the body has ended and may fit one message
 */
export async function endsAtOnce(body: LocalBody, head: LocalResponseHead, gatherMs: number): Promise<boolean> {
  if (head.isBodiless) await overOrFull(body);
  else if (hasSmallLength(head) && !isEventStream(head)) await overOrFull(body, gatherMs);
  else {
    await nextTurn();
    if (!body.isOver) await nextTurn();
  }
  return body.ended && body.bytes < WHOLE_LIMIT;
}

/** Resolves when the body is over, or is too long for one message, or after `ms`. */
function overOrFull(body: LocalBody, ms?: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
    const look = (): void => {
      if (!body.isOver && body.bytes < WHOLE_LIMIT) return;
      clearTimeout(timer);
      resolve();
    };
    body.onChange = look;
    look();
  });
}

const hasSmallLength = ({ headers }: LocalResponseHead): boolean => Number(headers['content-length']?.[0] ?? Infinity) < WHOLE_LIMIT;

const isEventStream = ({ headers }: LocalResponseHead): boolean =>
  headers['content-type']?.[0]?.toLowerCase().startsWith('text/event-stream') ?? false;
