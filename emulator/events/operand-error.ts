/** An operand that its operator does not accept; the pattern's compiler adds the field. */
export class OperandError extends Error {
  override readonly name = 'OperandError';
}
