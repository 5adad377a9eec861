import type { PermissionCheck } from '../../iam/permissions';
import type { FunctionInvoker, Logger, Topics } from '../../services';
import type { AlarmSpec } from '../../specs';
import type { Transition } from './alarm';
import { AlarmBootError } from './alarm-error';
import type { AlarmHistory } from './alarm-history';
import { lambdaEvent, notification, type AccountPlace } from './alarm-messages';

export interface AlarmActionsOptions extends AccountPlace {
  readonly invoker: FunctionInvoker;
  readonly permissions: PermissionCheck;
  readonly topics: Topics;
  /** ARNs of all functions and topics of the stack. */
  readonly targets: readonly string[];
  readonly log: Logger;
}

/** How CloudWatch is named in the policies of functions and of topics. */
const TO_FUNCTIONS = 'lambda.alarms.cloudwatch.amazonaws.com';
const TO_TOPICS = 'cloudwatch.amazonaws.com';

/** Performs the actions of an alarm when its state changes: invokes functions, publishes to topics. A failed action is not retried. */
export class AlarmActions {
  /** @throws AlarmBootError for an action that the local cloud cannot perform */
  constructor(
    alarms: readonly AlarmSpec[],
    private readonly history: AlarmHistory,
    private readonly options: AlarmActionsOptions,
  ) {
    for (const { address, actions } of alarms) {
      const strange = Object.values(actions)
        .flat()
        .find((arn) => !options.targets.includes(arn));
      if (strange === undefined) continue;
      throw new AlarmBootError(
        `${address}: its action ${strange} is neither a function nor a topic of the stack; the local cloud performs no other actions`,
      );
    }
  }

  perform(transition: Transition): void {
    const { alarm, to } = transition;
    if (!alarm.actionsEnabled) return;
    for (const arn of alarm.actions[to]) {
      try {
        if (arn.split(':')[2] === 'lambda') this.invoke(arn, transition);
        else this.options.topics.publish(arn, notification(transition, this.options), { service: TO_TOPICS, sourceArn: alarm.arn });
        this.history.acted(transition, arn);
      } catch (error) {
        const { message } = error as Error;
        this.history.acted(transition, arn, message);
        this.options.log.warn(`${alarm.address}: ${arn} was not told that the alarm is in ${to}: ${message}`);
      }
    }
  }

  private invoke(functionArn: string, transition: Transition): void {
    const { permissions, invoker } = this.options;
    if (!permissions.allows(functionArn, TO_FUNCTIONS, transition.alarm.arn)) {
      throw new Error(
        `CloudWatch may not invoke the function; add an aws_lambda_permission for ${TO_FUNCTIONS} with source_arn = "${transition.alarm.arn}"`,
      );
    }
    invoker.invokeAsync(functionArn, lambdaEvent(transition, this.options));
  }
}
