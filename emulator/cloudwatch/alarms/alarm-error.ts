import { StackError } from '../../stack-error';

/** An alarm that cannot be evaluated here, or that AWS would refuse; the message names its Terraform address. */
export class AlarmBootError extends StackError {
  override readonly name = 'AlarmBootError';
}
