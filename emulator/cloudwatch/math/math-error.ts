/** A metric math expression that CloudWatch would refuse, or that the local cloud does not know. */
export class MathError extends Error {
  override readonly name = 'MathError';
}
