import type { Environment } from '../environments';
import { environmentFor } from '../local/start/run';

/** `direct-row` is mode direct without tickets: each request has a row. */
export const CONTENDERS = ['polling', 'polling-flat-100', 'bus', 'direct-row', 'direct'] as const;
export type ContenderName = (typeof CONTENDERS)[number];

/** The shortest way through the same parts, by handlers that do nothing else (bench/limit). No design on these parts can be faster. */
export const LIMIT = 'limit';
export type RunnerName = ContenderName | typeof LIMIT;

/** The functions that a visit runs, in every contender. */
export const VISIT_FUNCTIONS = ['forward-request', 'receive-message'] as const;

/** Memory in MB; a function that is left out has what its environment says. */
export type VisitMemory = Partial<Record<(typeof VISIT_FUNCTIONS)[number], number>>;

/** The same memory for all functions that a visit runs. @param memoryMb undefined: what the environment says */
export const alike = (memoryMb: number | undefined): VisitMemory =>
  memoryMb === undefined ? {} : Object.fromEntries(VISIT_FUNCTIONS.map((name) => [name, memoryMb]));

/** The `local` environment of a contender. The limit's handlers ignore the mode. */
export function environmentOf(name: RunnerName, memory: VisitMemory = {}): Environment {
  const environment = modeOf(name);
  const sized = VISIT_FUNCTIONS.map((each) => {
    const configuration = environment.functions[each];
    return [each, { ...configuration, memoryMb: memory[each] ?? configuration.memoryMb }] as const;
  });
  return { ...environment, functions: { ...environment.functions, ...Object.fromEntries(sized) } };
}

function modeOf(name: RunnerName): Environment {
  if (name === 'polling-flat-100') return polling([100]);
  if (name === 'direct-row') return withRows(environmentFor('direct'));
  return environmentFor(name === LIMIT ? 'direct' : name);
}

const withRows = (environment: Environment): Environment => ({
  ...environment,
  responsePath: { ...environment.responsePath, tickets: false },
});

/** Not a mode of this project: polling with a shorter delay, the simple choice when waiting for 500 ms is too long. */
function polling(pollingDelaysMs: readonly number[]): Environment {
  const environment = environmentFor('polling');
  return { ...environment, timings: { ...environment.timings, pollingDelaysMs } };
}
