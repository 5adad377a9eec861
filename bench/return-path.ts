import { AWS_LATENCY } from '../emulator/latency/aws-latency';
import { logNormalOf } from '../emulator/latency/latency-profile';
import type { LatencyProfileName } from '../emulator/latency/latency-profile';
import { LIMIT } from './contenders';
import type { Measurement } from './runner';

/**
 * Where the mean return time of a direct wake goes; in ms. What is left is our code, the runtime, and this machine. The removal of
 * the row is sent and not waited for.
 */
export interface ReturnPath {
  readonly name: string;
  readonly gateway: number;
  readonly write: number;
  readonly wake: number;
  readonly rest: number;
}

/** The steps in the order in which an answer meets them. */
export const RETURN_STEPS = {
  gateway: 'gateway to receive-message',
  write: 'conditional write',
  wake: 'PostToConnection to the waiter',
  rest: 'our code, the runtime, this machine',
} as const satisfies Record<keyof Omit<ReturnPath, 'name'>, string>;

/** Takes the mean return time of those apart that are woken by one post: direct and the limit. */
export function returnPaths(measurements: readonly Measurement[], latency: LatencyProfileName): ReturnPath[] {
  return measurements
    .filter(({ name }) => name === 'direct' || name === LIMIT)
    .map(({ name, returned, spans, wakeApiId }) => {
      const steps = {
        gateway: latency === 'none' ? 0 : meanOf(AWS_LATENCY['gateway to function']),
        write: spans.mean('receive-message UpdateItem'),
        wake: spans.mean(`receive-message ManageConnections ${wakeApiId}`),
      };
      const known = Object.values(steps).reduce((a, b) => a + b, 0);
      return { name, ...steps, rest: returned.summary().mean - known };
    });
}

/** Mean of the log-normal with this median and 99th percentile, in ms. */
function meanOf(figure: { medianMs: number; p99Ms: number }): number {
  const { mu, sigma } = logNormalOf(figure);
  return Math.exp(mu + sigma ** 2 / 2);
}
