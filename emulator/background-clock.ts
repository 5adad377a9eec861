import type { Clock } from './clock';

/** Longer timers fire at once in Node.js. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The real clock, for services that wait in the background: its timers do not keep the process alive. */
export const backgroundClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    const end = Date.now() + ms;
    for (let left = ms; left > 0 && !signal?.aborted; left = end - Date.now()) await timer(Math.min(left, LONGEST_TIMER_MS), signal);
  },
};

/** The timer of node:timers/promises makes an error with its stack for each wait that is ended early. */
function timer(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(running);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const running = setTimeout(end, ms).unref();
    signal?.addEventListener('abort', end);
  });
}
