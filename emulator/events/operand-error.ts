/** An operand that its operator does not accept. The pattern's compiler adds the name of the field. */
export class OperandError extends Error {
  override readonly name = 'OperandError';
}
