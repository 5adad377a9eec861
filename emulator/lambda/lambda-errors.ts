import { StackError } from '../stack-error';

/** A function that the Lambda service cannot run as it is declared; found at boot. */
export class LambdaBootError extends StackError {
  override readonly name = 'LambdaBootError';
}
