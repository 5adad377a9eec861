import { StackError } from '../stack-error';

/** The stack needs something that the local cloud cannot run. The message names the address and the remedy. */
export class TerraformError extends StackError {
  override readonly name = 'TerraformError';
}
