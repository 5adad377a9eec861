import { ToldError } from '../cli/told-error';

/** The story cannot be told; `message` says in one line why, and what to do. */
export class TraceError extends ToldError {
  override readonly name = 'TraceError';
}
