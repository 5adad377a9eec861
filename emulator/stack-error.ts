/**
 * What keeps a stack, or a plan of faults for it, from being run here. The message is one line: it names the Terraform address or the field, and
 * the remedy.
 */
export class StackError extends Error {
  override readonly name: string = 'StackError';
}
