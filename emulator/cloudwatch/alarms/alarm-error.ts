import { StackError } from '../../stack-error';

/** An alarm that the local cloud cannot evaluate or that AWS would refuse. The message has its Terraform address. */
export class AlarmBootError extends StackError {
  override readonly name = 'AlarmBootError';
}
