import { logNormalOf, type LatencyProfile } from '../emulator/latency/latency-profile';
import { LIMIT } from './contenders';
import type { Measurement } from './runner';

/**
 * Parts of the mean return time of a direct wake, in ms. `rest` is this project's code, the runtime, and this machine. The removal
 * of the row is not a part: the function sends the removal without waiting for the reply.
 */
export interface ReturnPath {
  readonly name: string;
  readonly gateway: number;
  readonly write: number;
  readonly wake: number;
  readonly rest: number;
}

/** The steps in the order in which an answer passes them. */
export const RETURN_STEPS = {
  gateway: 'gateway to receive-message',
  write: 'conditional write',
  wake: 'PostToConnection to the waiter',
  rest: "this project's code, the runtime, this machine",
} as const satisfies Record<keyof Omit<ReturnPath, 'name'>, string>;

/** Splits the mean return time of the contenders that one post wakes. */
export function returnPaths(measurements: readonly Measurement[], { figures }: LatencyProfile): ReturnPath[] {
  return measurements
    .filter(({ name }) => name === 'direct' || name === 'direct-row' || name === LIMIT)
    .map(({ name, returned, spans, wakeApiId }) => {
      const steps = {
        gateway: figures ? meanOf(figures['gateway to function']) : 0,
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
