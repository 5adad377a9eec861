import { CloudwatchEventTarget, type CloudwatchEventTargetInputTransformer } from '@cdktf/provider-aws/lib/cloudwatch-event-target';
import type { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { FailureQueue } from './failure-queue';
import type { StackContext } from './stack-context';
import type { TunnelFunction } from './tunnel-function';

/** EventBridge's defaults are 185 retries in 24 hours, but here an event is useless after a minute. */
const RETRY_POLICY = { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 60 };

export interface RuleTargetProps {
  readonly context: StackContext;
  readonly rule: CloudwatchEventRule;
  /** The rule's bus; without it the account's default bus. */
  readonly busName?: string;
  readonly target: TunnelFunction;
  readonly inputTransformer?: CloudwatchEventTargetInputTransformer;
  /** The last part of the dead-letter queue's name. */
  readonly deadLetters: string;
}

/** A function as the target of a rule: permission, retries, and a queue for events that cannot be delivered. */
export class RuleTarget extends Construct {
  readonly deadLetters: FailureQueue;
  /** From this resource on, the rule's events arrive at the function. */
  readonly delivery: ITerraformDependable;

  constructor(scope: Construct, id: string, props: RuleTargetProps) {
    super(scope, id);
    const { rule, target } = props;
    this.deadLetters = new FailureQueue(this, 'dead-letters', {
      ...props.context,
      thing: props.deadLetters,
      deadLettersOf: rule.arn,
    });
    const permission = new LambdaPermission(this, 'permission', {
      action: 'lambda:InvokeFunction',
      functionName: target.name,
      principal: 'events.amazonaws.com',
      sourceArn: rule.arn,
    });
    this.delivery = new CloudwatchEventTarget(this, 'Default', {
      rule: rule.name,
      ...(props.busName !== undefined && { eventBusName: props.busName }),
      targetId: target.id,
      arn: target.arn,
      retryPolicy: RETRY_POLICY,
      deadLetterConfig: { arn: this.deadLetters.arn },
      ...(props.inputTransformer && { inputTransformer: props.inputTransformer }),
      // An event before the permission would become a dead letter.
      dependsOn: [permission],
    });
  }
}
