import type { Environment } from '../environments';
import { environmentFor } from '../local/start/run';

export const CONTENDERS = ['polling', 'polling-flat-100', 'bus', 'direct'] as const;
export type ContenderName = (typeof CONTENDERS)[number];

/** The shortest way through the same parts, by handlers that do nothing else (bench/limit). No design on these parts can be faster. */
export const LIMIT = 'limit';
export type RunnerName = ContenderName | typeof LIMIT;

/** The `local` environment of a contender. The limit's handlers ignore the mode. */
export function environmentOf(name: RunnerName): Environment {
  if (name === 'polling-flat-100') return polling([100]);
  return environmentFor(name === LIMIT ? 'direct' : name);
}

/** Not a mode of this project: polling with a shorter delay, the simple choice when waiting for 500 ms is too long. */
function polling(pollingDelaysMs: readonly number[]): Environment {
  const environment = environmentFor('polling');
  return { ...environment, timings: { ...environment.timings, pollingDelaysMs } };
}
