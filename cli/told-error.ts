/** An error that a person can put right. The message is one line that says what is wrong and what to do; programs print it without a stack trace. */
export class ToldError extends Error {
  override readonly name: string = 'ToldError';
  /** Of the program that ends with this error. */
  readonly exitCode: number = 1;
}
