import type { Environment } from '../environments';
import { environmentFor } from '../local/start/run';

export const CONTENDERS = ['polling', 'polling-flat-100', 'bus', 'direct'] as const;
export type ContenderName = (typeof CONTENDERS)[number];

/** What no design on these parts can beat: the shortest way, through handlers that do nothing else (bench/limit). */
export const LIMIT = 'limit';
export type RunnerName = ContenderName | typeof LIMIT;

/** The `local` environment as a contender has it. The limit's handlers heed the mode of none. */
export function environmentOf(name: RunnerName): Environment {
  if (name === 'polling-flat-100') return polling([100]);
  return environmentFor(name === LIMIT ? 'direct' : name);
}

/** Not a mode of ours: what somebody would pick who is told that waiting for 500 ms is too long. */
function polling(pollingDelaysMs: readonly number[]): Environment {
  const environment = environmentFor('polling');
  return { ...environment, timings: { ...environment.timings, pollingDelaysMs } };
}
