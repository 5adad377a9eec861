import { StackError } from '../stack-error';

/** The stack asks for something the local cloud cannot run; the message names the address and the remedy. */
export class TerraformError extends StackError {
  override readonly name = 'TerraformError';
}
