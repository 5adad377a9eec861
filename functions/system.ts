/** The real clock and random source, for code that takes them as parameters. */
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from './core/clock';

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => delay(ms, undefined, signal && { signal }).catch(() => undefined),
};

/** 0 ≤ x < 1, from the operating system's generator: tunnel ids must not be guessable. */
export const secureRandom = (): number => randomInt(2 ** 47) / 2 ** 47;
