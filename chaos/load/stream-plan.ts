import type { StreamShape } from './stream-body';

/** How the local service sends a streamed answer, and how its visitor reads it. */
export interface StreamPlan {
  readonly shape: StreamShape;
  readonly bytes: number;
  /** Whether the answer says its length. */
  readonly isKnown: boolean;
  /** Pause after each write, in ms. */
  readonly gapMs: number;
  /** Pause of the service in the middle, in ms: long enough for heartbeats. */
  readonly hushMs: number;
  /** The service breaks off after this share of the bytes. */
  readonly breaksAt?: number;
  /** The visitor reads nothing for `pauseMs` after this share of the bytes. */
  readonly pauseAt?: number;
  readonly pauseMs: number;
  /** The visitor goes away after this share of the bytes. */
  readonly leavesAt?: number;
}

const KB = 1024;

const SHAPES: readonly StreamShape[] = ['whole', 'events', 'events', 'body', 'body'];
const BREAKERS = 0.1;
const SLOW_READERS = 0.2;
const LEAVERS = 0.15;
/** A slow reader gets one of the largest bodies. The sockets of one machine may still hold all of it, so that not every pause reaches the waiter. */
const SLOW_BYTES = 2 * KB * KB;
const EVENT_BYTES = 40;
const MOST_EVENTS = 60;
const HUSH_MS = 2500;
const SHORTEST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 6500;
const LONGEST_GAP_MS = 250;
/** All pauses between two events together: far below the longest life of a stream. */
const LONGEST_GAPS_MS = 10_000;
/** At least so many bytes has an event. */
const SHORTEST_EVENT = 20;

/** @param most largest body that the tunnel's agent can carry, in bytes */
export function streamPlan(most: number, random: () => number): StreamPlan {
  // Always as many random numbers, so that a change of one visitor changes no other.
  const [shapeAt, size, gap, known, hush, breaks, breakAt, slow, pause, leaves, leaveAt] = Array.from({ length: 11 }, random) as Dice;
  const shape = SHAPES[Math.floor(shapeAt * SHAPES.length)] ?? 'whole';
  const isSlow = shape === 'body' && slow < SLOW_READERS;
  const bytes = Math.min(most, bytesOf(shape, size, isSlow));
  const longestGapMs = Math.min(LONGEST_GAP_MS, LONGEST_GAPS_MS / (bytes / SHORTEST_EVENT));
  return {
    shape,
    bytes,
    isKnown: shape !== 'events' && known < 0.5,
    gapMs: shape === 'events' ? Math.round(longestGapMs * gap ** 2) : 0,
    hushMs: shape === 'events' && hush < 0.25 ? HUSH_MS : 0,
    ...(shape !== 'whole' && breaks < BREAKERS && { breaksAt: breakAt }),
    ...(isSlow && { pauseAt: breakAt / 4 }),
    pauseMs: isSlow ? Math.round(SHORTEST_PAUSE_MS + (LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS) * pause) : 0,
    ...(shape !== 'whole' && leaves < LEAVERS && { leavesAt: leaveAt }),
  };
}

type Dice = [number, number, number, number, number, number, number, number, number, number, number];

function bytesOf(shape: StreamShape, size: number, isSlow: boolean): number {
  if (shape === 'whole') return Math.round(100 + 8 * KB * size);
  if (shape === 'events') return Math.round(EVENT_BYTES * (5 + MOST_EVENTS * size));
  return Math.round(isSlow ? SLOW_BYTES + KB * KB * size : 200 * KB + 2800 * KB * size ** 3);
}

/** The fields of a URI by which the local service knows what to send. */
export const streamQuery = ({ shape, bytes, isKnown, gapMs, hushMs, breaksAt }: StreamPlan): string =>
  `&shape=${shape}&bytes=${bytes}&known=${Number(isKnown)}&gap=${gapMs}&hush=${hushMs}${breaksAt === undefined ? '' : `&break=${breaksAt.toFixed(4)}`}`;
