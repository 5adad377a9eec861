import { FUNCTION_SETTINGS, type FunctionName } from '../functions/settings';
import type { Environment } from './environment';

/** The functions that every environment has. */
type AlwaysThere = Exclude<FunctionName, 'greet-waiter'>;

/** One value for each function of an environment. */
export type PerFunction<T> = Readonly<Record<AlwaysThere, T>> & { readonly 'greet-waiter'?: T };

/** The functions of an environment: all of them, but `greet-waiter` only where a function answers a waiter's hello. */
export const functionsOf = ({ wakeHello }: Pick<Environment, 'wakeHello'>): FunctionName[] =>
  (Object.keys(FUNCTION_SETTINGS) as FunctionName[]).filter((name) => name !== 'greet-waiter' || wakeHello === 'function');
