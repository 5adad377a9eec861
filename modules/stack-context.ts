import type { Environment } from '../environments';
import type { Encryption } from './encryption';

/** What every part of an environment's stack is made with. */
export interface StackContext {
  readonly environment: Environment;
  readonly encryption: Encryption;
}
