/** The environments by name. Each environment becomes one stack. modules/synthesize.ts validates their settings. */
import { dev } from './dev';
import type { Environment } from './environment';
import { local } from './local';
import { prod } from './prod';
import { staging } from './staging';

export const environments = { dev, staging, prod, local } as const satisfies Record<string, Environment>;
export type EnvironmentName = keyof typeof environments;

export { functionsOf, type FunctionChoices, type PerFunction } from './functions';
export { EnvironmentError, validateEnvironment, validateNames, type Environment, type Throttle } from './environment';
