import { StackError } from '../stack-error';

/** Something in the stack that the local gateways cannot run; the message names the Terraform address and the remedy. */
export class GatewayBootError extends StackError {
  override readonly name = 'GatewayBootError';
}
