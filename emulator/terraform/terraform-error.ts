import { StackError } from '../stack-error';

/** The stack needs something that the local cloud cannot run. The message has the address and the fix. */
export class TerraformError extends StackError {
  override readonly name = 'TerraformError';
}
