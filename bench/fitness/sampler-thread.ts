/** The thread of `startSampling`. No other code runs in this thread, so that only a busy machine makes its timers late. */
import { parentPort } from 'node:worker_threads';
import { Sampler } from './sampler';

const LOOK_MS = 2000;

const sampler = new Sampler(process.pid);
const post = (): void => parentPort?.postMessage(sampler.look());
const looking = setInterval(post, LOOK_MS);

// Any message ends the thread after a last look.
parentPort?.once('message', () => {
  post();
  clearInterval(looking);
  sampler.stop();
});
