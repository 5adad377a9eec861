import type { PlannedRequest } from '../load';

export interface SteadyLoad {
  /** Arrivals a second that keep `vus` requests in flight. */
  readonly rate: number;
  readonly ramp: readonly PlannedRequest[];
  readonly hold: readonly PlannedRequest[];
}

/** Without the agent, a request takes about this long, in ms: added to its time, so that enough are in flight (Little's law). */
const PATH_MS = 60;

/**
 * Evenly spaced arrivals: growing linearly from nothing while environments start, then at the rate that keeps `vus` in flight.
 * In flight = rate × time in the system (https://en.wikipedia.org/wiki/Little%27s_law). Times in ms.
 */
export function steadyLoad(options: { vus: number; ramp: number; duration: number; agentMs: number }): SteadyLoad {
  const { vus, agentMs } = options;
  const rate = (vus * 1000) / (agentMs + PATH_MS);
  const total = Math.floor((rate * options.ramp) / 2000);
  return {
    rate,
    // A rate that grows linearly has sent n requests after the square root of n's share of the time.
    ramp: Array.from({ length: total }, (_, index) => ({ index, atMs: options.ramp * Math.sqrt(index / total), agentMs })),
    hold: Array.from({ length: Math.floor((rate * options.duration) / 1000) }, (_, index) => ({
      index,
      atMs: (index * 1000) / rate,
      agentMs,
    })),
  };
}
