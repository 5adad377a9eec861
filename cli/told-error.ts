/**
 * An error that a person can fix. The message is one line that says what is wrong and what to do; programs print it without a
 * stack trace.
 */
export class ToldError extends Error {
  override readonly name: string = 'ToldError';
  /** Exit code of the program that ends with this error. */
  readonly exitCode: number = 1;
}
