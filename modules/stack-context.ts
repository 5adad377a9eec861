import type { Environment } from '../environments';
import type { Encryption } from './encryption';

/** The properties that every part of an environment's stack gets. */
export interface StackContext {
  readonly environment: Environment;
  readonly encryption: Encryption;
}
