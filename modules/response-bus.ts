import { CloudwatchEventBus } from '@cdktf/provider-aws/lib/cloudwatch-event-bus';
import { CloudwatchEventBusPolicy } from '@cdktf/provider-aws/lib/cloudwatch-event-bus-policy';
import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { RESPONSE_EVENT } from '../functions/event-names';
import type { WatchedRule } from './alarms/alarm-definition';
import { AsyncInvocation } from './async-invocation';
import { FailureQueue } from './failure-queue';
import { physicalName } from '../environments/physical-name';
import { allow, policyDocument, publishedByAlone, type AllowStatement } from './policy';
import { RuleTarget } from './rule-target';
import type { StackContext } from './stack-context';
import type { TunnelFunction } from './tunnel-function';

/** The fields of the event's detail that wake-waiter gets. The template puts texts in quotes and inserts other types as JSON. */
const DETAIL_FIELDS = {
  version: 'number',
  requestId: 'text',
  tunnelId: 'text',
  waiterConnectionId: 'text',
  completedAt: 'number',
  traceHeader: 'text',
  probe: 'boolean',
} as const;

/** The event bus that announces answers. It is the backstop of the direct wake, and other consumers can attach to it. */
export class ResponseBus extends Construct {
  readonly name: string;
  private readonly arn: string;
  private readonly wakeFailures: FailureQueue;

  constructor(
    scope: Construct,
    id: string,
    private readonly context: StackContext,
  ) {
    super(scope, id);
    const bus = new CloudwatchEventBus(this, 'Default', {
      name: physicalName('event bus', context.environment.name, 'responses'),
      description: 'Announces that the answer to a tunnel request is stored',
    });
    this.name = bus.name;
    this.arn = bus.arn;
    this.wakeFailures = new FailureQueue(this, 'wake-failures', { ...context, thing: 'wake-failures' });
  }

  allowPublishing(): AllowStatement {
    return allow(['events:PutEvents'], this.arn);
  }

  allowReportingFailures(): AllowStatement {
    return this.wakeFailures.allowSending();
  }

  /** Lets only this function announce answers, whatever the policies of other roles allow. @returns the policy */
  publishFrom(publisher: TunnelFunction): ITerraformDependable {
    return new CloudwatchEventBusPolicy(this, 'policy', {
      eventBusName: this.name,
      policy: policyDocument([publishedByAlone(publisher.roleArn, this.arn)]),
    });
  }

  /** Delivers every announcement to one function. @returns the delivery, and the rule and the queues that alarms watch */
  deliverTo(target: TunnelFunction): {
    readonly delivery: ITerraformDependable;
    readonly rule: WatchedRule;
    readonly queues: Readonly<Record<string, string>>;
  } {
    const rule = new CloudwatchEventRule(this, 'rule', {
      name: physicalName('rule', this.context.environment.name, 'response-ready'),
      description: 'When an answer is stored, wakes the function that waits for the answer',
      eventBusName: this.name,
      eventPattern: JSON.stringify({
        account: [this.context.environment.accountId],
        source: [RESPONSE_EVENT.source],
        'detail-type': [RESPONSE_EVENT.detailType],
      }),
    });
    const ruleTarget = new RuleTarget(this, 'target', {
      context: this.context,
      rule,
      busName: this.name,
      target,
      inputTransformer: { inputPaths: inputPaths(), inputTemplate: inputTemplate() },
      deadLetters: 'response-dead-letters',
    });
    new AsyncInvocation(this, 'invocation', target, { onFailure: this.wakeFailures });
    return {
      delivery: ruleTarget.delivery,
      rule: { EventBusName: this.name, RuleName: rule.name },
      queues: { response_dead_letters: ruleTarget.deadLetters.name, wake_failures: this.wakeFailures.name },
    };
  }
}

const inputPaths = (): Record<string, string> => Object.fromEntries(Object.keys(DETAIL_FIELDS).map((name) => [name, `$.detail.${name}`]));

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_InputTransformer.html */
function inputTemplate(): string {
  const members = Object.entries(DETAIL_FIELDS).map(([name, type]) => `"${name}":${type === 'text' ? `"<${name}>"` : `<${name}>`}`);
  return `{${members.join(',')}}`;
}
