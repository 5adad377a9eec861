/** Settings that several environments share. An environment may take a table and change single values of it. */
import type { Environment } from './environment';

/** Times of the answer path, in ms. `environment.ts` says what each of them is. */
export const STANDARD_TIMINGS: Environment['timings'] = {
  requestDeadlineMs: 28_000,
  streamMs: 885_000,
  pollingDelaysMs: [50, 100, 200, 400, 500],
  safetyReadMs: 1000,
  wakeIdleMs: 30_000,
  wakeHelloMs: 250,
  wakeRotateMs: 5_400_000,
  serviceCallMs: 2000,
  wakePostMs: 500,
  leaseGraceMs: 60_000,
  rolloutCacheMs: 5000,
  rolloutStaleMs: 60_000,
  nameCooldownMs: 3_600_000,
  probeGraceMs: 900_000,
  ticketKeyMs: 3_600_000,
};

/**
 * Answers that stream. `environment.ts` says what each of these is; the values have these reasons:
 *
 * - `windowBytes`: the throughput of one stream is at most a window in each round trip from the visitor to the agent and back. With
 *   512 KB and 100 ms that is 5 MB/s, more than the 2 MB/s to which Lambda slows a stream after its first 6 MB
 *   (https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html). The waiter holds at most a window in memory.
 * - `chunkBytes`: in base64 30,040 bytes. The rest of the 32 KB that API Gateway meters as one message is for the envelope.
 * - `gatherMs`: a chunk costs a message, an invocation and a post, whatever its size. At 25 ms a stream has at most 40 of them a second,
 *   and no reader sees the delay.
 * - `probeMs`, `silenceMs`: Lambda does not say that the visitor has gone, and a closed laptop does not say goodbye. A probe every 2 s
 *   costs little beside the waiting, and an agent that reconnects needs some seconds of the 45.
 * - `heartbeatMs`: proxies give up a connection that is silent for 30 or 60 s; half of the shorter time is safe.
 * - `stallMs`: a visitor who has paused a download may go on within five minutes; until then the waiter is billed.
 */
export const STANDARD_STREAMS: Environment['streams'] = {
  windowBytes: 524_288,
  chunkBytes: 22_528,
  gatherMs: 25,
  probeMs: 2000,
  silenceMs: 45_000,
  heartbeatMs: 15_000,
  stallMs: 300_000,
};

/**
 * Messages of one agent that serve no waiting visitor. `burst` is the number of requests that one owner may have in flight in `prod`,
 * because all of them may be answered too late. `ratePerSecond` bounds what an agent can take of an execution environment for good:
 * 10 messages of about 12 ms are 12 % of its time.
 */
export const MESSAGES: Environment['ownerLimits']['messages'] = { burst: 200, ratePerSecond: 10 };

/** Sizes of functions where few visitors come: little memory, nothing reserved. */
export const SMALL_FUNCTIONS: Environment['functions'] = {
  'forward-request': { memoryMb: 256, timeoutSeconds: 29, reservedConcurrency: null },
  'stream-request': { memoryMb: 256, timeoutSeconds: 900, reservedConcurrency: null },
  'authorize-agent': { memoryMb: 256, timeoutSeconds: 10, reservedConcurrency: null },
  'connect-agent': { memoryMb: 256, timeoutSeconds: 10, reservedConcurrency: null },
  'disconnect-agent': { memoryMb: 256, timeoutSeconds: 10, reservedConcurrency: null },
  'receive-message': { memoryMb: 256, timeoutSeconds: 10, reservedConcurrency: null },
  'process-stream': { memoryMb: 256, timeoutSeconds: 30, reservedConcurrency: null },
  'wake-waiter': { memoryMb: 256, timeoutSeconds: 10, reservedConcurrency: null },
  'greet-waiter': { memoryMb: 256, timeoutSeconds: 10, reservedConcurrency: null },
  'roll-back': { memoryMb: 256, timeoutSeconds: 10, reservedConcurrency: null },
  sweep: { memoryMb: 256, timeoutSeconds: 55, reservedConcurrency: null },
};

/**
 * Sizes of functions where many visitors come. Waiters use up concurrency until receive-message or wake-waiter releases them. So these
 * two functions have a reservation, and forward-request has a cap. A stream holds its execution environment for up to 15 minutes, so
 * stream-request has a cap too, where an environment has it. The sum leaves the 100 that Lambda keeps unreserved:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
 * Memory is chosen by a measured curve: docs/adr/0051-memory-by-the-measured-curve.md
 */
export const LARGE_FUNCTIONS: Environment['functions'] = {
  ...SMALL_FUNCTIONS,
  'forward-request': { ...SMALL_FUNCTIONS['forward-request'], reservedConcurrency: 600 },
  'stream-request': { ...SMALL_FUNCTIONS['stream-request'], reservedConcurrency: 30 },
  'receive-message': { memoryMb: 512, timeoutSeconds: 10, reservedConcurrency: 150 },
  'process-stream': { memoryMb: 512, timeoutSeconds: 30, reservedConcurrency: 20 },
  'wake-waiter': { memoryMb: 512, timeoutSeconds: 10, reservedConcurrency: 100 },
};

/**
 * Limits of API Gateway where many visitors come. A browser that loads a page has about 100 requests in flight at most, so the burst
 * allows three pages at the same moment.
 */
export const LARGE_THROTTLING: Environment['throttling'] = {
  visitors: { ratePerSecond: 1000, burst: 300 },
  agents: { ratePerSecond: 2000, burst: 2000 },
  wakes: { ratePerSecond: 2000, burst: 2000 },
};
