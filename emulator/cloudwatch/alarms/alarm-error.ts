/** An alarm that cannot be evaluated here, or that AWS would refuse; the message names its Terraform address. */
export class AlarmBootError extends Error {
  override readonly name = 'AlarmBootError';
}
