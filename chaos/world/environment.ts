import type { Environment } from '../../environments';
import { environmentFor } from '../../local/start/run';
import type { LabMode } from '../plan/plan';

/** From a visitor's arrival until the tunnel gives its own error, in ms. Shorter than on AWS, so that what hangs holds less. */
export const DEADLINE_MS = 14_000;

/** For so long functions use what they could not read again, in ms: the share of the rollout, and the keys of tickets. */
const STALE_MS = 4000;

/** The longest life of a stream, in ms: long enough for every stream that the services of the lab make, also on a slow machine. */
export const STREAM_MS = 36_000;
/** For so long a visitor may take nothing of a stream, in ms. */
export const STALL_MS = 4000;
/** Silence after which agent and waiter count as gone, in ms. */
export const SILENCE_MS = 6000;

/** Far above the life of a stream, so that Lambda ends no waiter that does not end. */
const STREAM_TIMEOUT_SECONDS = 60;

/** A function's time-out is a second after the deadline, as on AWS. */
const WAITER_TIMEOUT_SECONDS = DEADLINE_MS / 1000 + 1;

/**
 * The `local` environment for the lab: its times are shorter, so that a short run meets what takes long elsewhere, and its limit of
 * requests in flight is low, because this machine holds fewer waiters than AWS.
 */
export function labEnvironment(mode: LabMode): Environment {
  const environment = environmentFor(mode);
  return {
    ...environment,
    ownerLimits: { ...environment.ownerLimits, requestsInFlight: 30 },
    timings: {
      ...environment.timings,
      requestDeadlineMs: DEADLINE_MS,
      streamMs: STREAM_MS,
      // Three attempts of each call before the waiting fit the deadline, as they do on AWS.
      serviceCallMs: 1000,
      wakePostMs: 700,
      wakeHelloMs: 400,
      wakeIdleMs: 4000,
      wakeRotateMs: 45_000,
      rolloutCacheMs: 500,
      rolloutStaleMs: STALE_MS,
      // As short as an environment may have it, so that nearly every run of sweep, once a minute, makes a new key.
      ticketKeyMs: STALE_MS + STREAM_MS + 1,
    },
    // A small window, so that each larger body uses it up.
    streams: { ...environment.streams, windowBytes: 131_072, probeMs: 500, silenceMs: SILENCE_MS, heartbeatMs: 1500, stallMs: STALL_MS },
    functions: {
      ...environment.functions,
      'forward-request': { ...environment.functions['forward-request'], timeoutSeconds: WAITER_TIMEOUT_SECONDS },
      'stream-request': { ...environment.functions['stream-request'], timeoutSeconds: STREAM_TIMEOUT_SECONDS },
    },
  };
}
