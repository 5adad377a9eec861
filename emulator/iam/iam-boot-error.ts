import { StackError } from '../stack-error';

/** A policy that the local cloud cannot enforce, or a right that AWS asks for when the stack is applied; the message names address and remedy. */
export class IamBootError extends StackError {
  override readonly name = 'IamBootError';
}
