import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Interval } from './interval';

/** A sampling of this machine that runs until it is stopped. */
export interface Sampling {
  /** Resolves after the last interval has been handed over. */
  stop(): Promise<void>;
}

/** Samples in a separate thread, so as not to disturb the measurement. @param onInterval receives an interval every two seconds */
export function startSampling(onInterval: (interval: Interval) => void): Sampling {
  // tsx loaded with --import, as in these programs, does not reach worker threads: https://github.com/privatenumber/tsx/issues/354
  const thread = new Worker(path.join(__dirname, 'sampler-thread.ts'), { execArgv: ['--require', 'tsx/cjs'] });
  thread.on('message', onInterval);
  return {
    stop: async () => {
      thread.postMessage('stop');
      await once(thread, 'exit');
    },
  };
}
