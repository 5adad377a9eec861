/** The real clock and random source, for code that takes them as parameters. */
import { randomInt } from 'node:crypto';
import type { Clock } from './core/clock';

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep,
};

/** The timer of node:timers/promises makes an error with its stack for each wait that is ended early, and each visit ends several. */
function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
  });
}

/** 0 ≤ x < 1, from the operating system's generator: tunnel ids must not be guessable. */
export const secureRandom = (): number => randomInt(2 ** 47) / 2 ** 47;
