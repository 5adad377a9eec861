/** A function that the Lambda service cannot run as it is declared; found at boot. */
export class LambdaBootError extends Error {
  override readonly name = 'LambdaBootError';
}
