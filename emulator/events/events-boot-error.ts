import { StackError } from '../stack-error';

/** A rule, target or schedule that cannot be run; the message begins with its Terraform address. */
export class EventsBootError extends StackError {
  override readonly name = 'EventsBootError';

  constructor(address: string, problem: string) {
    super(`${address}: ${problem}`);
  }
}
