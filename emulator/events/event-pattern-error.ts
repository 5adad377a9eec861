import { StackError } from '../stack-error';

/** A pattern that EventBridge would refuse; the message names the field and what to write instead. */
export class EventPatternError extends StackError {
  override readonly name = 'EventPatternError';

  /** @param path the field in the pattern, such as `detail.state`; empty for the whole pattern */
  constructor(
    readonly path: string,
    problem: string,
  ) {
    super(`${path || 'the pattern'} ${problem}`);
  }

  /** Runs `compile` and puts the Terraform address of the pattern in front of the message of an EventPatternError. */
  static at<T>(address: string, compile: () => T): T {
    try {
      return compile();
    } catch (error) {
      if (error instanceof EventPatternError) error.message = `${address}: ${error.message}`;
      throw error;
    }
  }
}
