/**
 * A stack, or a fault plan for it, that cannot run here. The message is one line: it names the Terraform address or the field,
 * and the remedy.
 */
export class StackError extends Error {
  override readonly name: string = 'StackError';
}
