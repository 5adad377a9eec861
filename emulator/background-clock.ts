import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from './clock';

/** Longer timers fire at once in Node.js. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The real clock, for services that wait in the background: its timers do not keep the process alive. */
export const backgroundClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    const end = Date.now() + ms;
    for (let left = ms; left > 0 && !signal?.aborted; left = end - Date.now()) {
      const options = { ref: false, ...(signal && { signal }) };
      await delay(Math.min(left, LONGEST_TIMER_MS), undefined, options).catch(() => undefined);
    }
  },
};
