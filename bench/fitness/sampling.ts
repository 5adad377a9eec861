import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Interval } from './interval';

/** Looking at this machine, until it is stopped. */
export interface Sampling {
  /** Resolves when the last interval has been handed over. */
  stop(): Promise<void>;
}

/** Looks in a thread of its own, so that looking does not disturb what is measured. @param onInterval gets what was seen, every two seconds */
export function startSampling(onInterval: (interval: Interval) => void): Sampling {
  // tsx does not reach threads by --import, as the programs here are started: https://github.com/privatenumber/tsx/issues/354
  const thread = new Worker(path.join(__dirname, 'sampler-thread.ts'), { execArgv: ['--require', 'tsx/cjs'] });
  thread.on('message', onInterval);
  return {
    stop: async () => {
      thread.postMessage('stop');
      await once(thread, 'exit');
    },
  };
}
