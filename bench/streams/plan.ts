/** How much a run measures. */
export interface StreamsPlan {
  /** Answers through each of both doors. */
  readonly firstBytes: number;
  /** Turns of door, limit and proxy, and events of one stream in a turn. */
  readonly turns: number;
  readonly turnEvents: number;
  /** How long a paced body lasts. */
  readonly pacedSeconds: number;
  /** A body that goes as fast as it can. */
  readonly bodyBytes: number;
  /** Streams at once, and how long they last. */
  readonly atOnce: readonly number[];
  readonly atOnceSeconds: number;
  /** Tokens of the token stream that is priced, and of those with other settings. */
  readonly tokens: number;
  /** Values of the setting `gatherMs` that are compared, in ms. */
  readonly gathers: readonly number[];
  readonly gatherTokens: number;
  readonly idleSeconds: number;
  /** The download during which memory is read, and how long a slow visitor reads. */
  readonly downloadBytes: number;
  readonly slowSeconds: number;
}

export const MB = 1e6;

export const FULL: StreamsPlan = {
  firstBytes: 80,
  turns: 4,
  turnEvents: 75,
  pacedSeconds: 8,
  bodyBytes: 20 * MB,
  atOnce: [1, 10, 50],
  atOnceSeconds: 20,
  tokens: 1000,
  gathers: [0, 10, 25, 50],
  gatherTokens: 250,
  idleSeconds: 60,
  downloadBytes: 200 * MB,
  slowSeconds: 30,
};

export const QUICK: StreamsPlan = {
  firstBytes: 20,
  turns: 2,
  turnEvents: 20,
  pacedSeconds: 2,
  bodyBytes: 8 * MB,
  atOnce: [1, 10],
  atOnceSeconds: 3,
  tokens: 100,
  gathers: [0, 25],
  gatherTokens: 50,
  idleSeconds: 5,
  downloadBytes: 30 * MB,
  slowSeconds: 5,
};

/** Rates of the paced bodies, in bytes a second. */
export const RATES: Readonly<Record<string, number>> = { '1 KB/s': 1e3, '100 KB/s': 1e5, '1 MB/s': MB };

export const FIRST_BYTES = 1024;
export const EVENT_BYTES = 128;
/** From one event to the next, in ms: 20 events a second. */
export const EVERY_MS = 50;
/** A token of a language model, as an event: 50 a second. */
export const TOKEN_BYTES = 64;
export const TOKEN_MS = 20;

/** How many events a stream has in these seconds. */
export const eventsIn = (seconds: number): number => Math.round((seconds * 1000) / EVERY_MS);
