import type { PlannedRequest } from '../load';

export interface SteadyLoad {
  /** Arrivals a second that keep `vus` requests in flight. */
  readonly rate: number;
  readonly ramp: readonly PlannedRequest[];
  readonly hold: readonly PlannedRequest[];
}

/** Approximate time of a request without its agent's time, in ms. The rate includes this time, by Little's law. */
const PATH_MS = 60;

/**
 * Evenly spaced arrivals: the rate grows linearly from 0 while environments start, then stays at the rate that keeps `vus` in flight.
 * In flight = rate × time in the system (https://en.wikipedia.org/wiki/Little%27s_law). Times in ms.
 */
export function steadyLoad(options: { vus: number; ramp: number; duration: number; agentMs: number }): SteadyLoad {
  const { vus, agentMs } = options;
  const rate = (vus * 1000) / (agentMs + PATH_MS);
  const total = Math.floor((rate * options.ramp) / 2000);
  return {
    rate,
    // While the rate grows linearly, request n of N is due after √(n/N) of the ramp's time.
    ramp: Array.from({ length: total }, (_, index) => ({ index, atMs: options.ramp * Math.sqrt(index / total), agentMs })),
    hold: Array.from({ length: Math.floor((rate * options.duration) / 1000) }, (_, index) => ({
      index,
      atMs: (index * 1000) / rate,
      agentMs,
    })),
  };
}
