import { FUNCTION_SETTINGS, type FunctionName } from '../functions/settings';
import type { Environment } from './environment';

/** The settings of an environment that decide which functions it has. */
export type FunctionChoices = Pick<Environment, 'wakeHello' | 'streamingDoor'>;

/** The functions that only some environments have, with the condition for each. */
const ONLY_WHERE = {
  /** A function answers a waiter's hello. */
  'greet-waiter': ({ wakeHello }: FunctionChoices) => wakeHello === 'function',
  /** Visitors have a second door, for answers that stream. */
  'stream-request': ({ streamingDoor }: FunctionChoices) => streamingDoor,
} as const satisfies Partial<Record<FunctionName, (choices: FunctionChoices) => boolean>>;

type SometimesThere = keyof typeof ONLY_WHERE;

/** One value for each function of an environment. */
export type PerFunction<T> = Readonly<Record<Exclude<FunctionName, SometimesThere>, T>> & Readonly<Partial<Record<SometimesThere, T>>>;

const isConditional = (name: FunctionName): name is SometimesThere => name in ONLY_WHERE;

/** The functions of an environment: all of them, except those whose condition does not hold. */
export const functionsOf = (choices: FunctionChoices): FunctionName[] =>
  (Object.keys(FUNCTION_SETTINGS) as FunctionName[]).filter((name) => !isConditional(name) || ONLY_WHERE[name](choices));
