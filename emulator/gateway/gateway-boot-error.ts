/** Something in the stack that the local gateways cannot run; the message names the Terraform address and the remedy. */
export class GatewayBootError extends Error {
  override readonly name = 'GatewayBootError';
}
