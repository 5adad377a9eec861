import { StackError } from '../stack-error';

/**
 * A policy that the local cloud cannot enforce, or a missing right that AWS checks when the stack is applied. The message has the
 * Terraform address and the fix.
 */
export class IamBootError extends StackError {
  override readonly name = 'IamBootError';
}
