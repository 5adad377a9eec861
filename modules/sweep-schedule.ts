import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { AsyncInvocation } from './async-invocation';
import { FailureQueue } from './failure-queue';
import { physicalName } from '../environments/physical-name';
import type { AllowStatement } from './policy';
import { RuleTarget } from './rule-target';
import type { StackContext } from './stack-context';
import type { TunnelFunction } from './tunnel-function';

/** Starts the sweep every minute. A sweep that fails is not repeated: the next one does the same. */
export class SweepSchedule extends Construct {
  private readonly failures: FailureQueue;

  constructor(
    scope: Construct,
    id: string,
    private readonly context: StackContext,
  ) {
    super(scope, id);
    this.failures = new FailureQueue(this, 'failures', { ...context, thing: 'sweep-failures' });
  }

  allowReportingFailures(): AllowStatement {
    return this.failures.allowSending();
  }

  /**
   * @param after what a probe of sweep needs to return: it exists before the first run, and on a destroy it outlives the last one
   * @returns the queues for failed starts
   */
  start(target: TunnelFunction, after: ITerraformDependable[]): Readonly<Record<string, string>> {
    const { context } = this;
    const rule = new CloudwatchEventRule(this, 'rule', {
      name: physicalName('rule', context.environment.name, 'sweep'),
      description: 'Starts sweep, which removes leftovers of crashes and probes stream and bus',
      scheduleExpression: 'rate(1 minute)',
      dependsOn: after,
    });
    const { deadLetters } = new RuleTarget(this, 'target', {
      context,
      rule,
      target,
      deadLetters: 'sweep-dead-letters',
    });
    new AsyncInvocation(this, 'invocation', target, { onFailure: this.failures });
    return { sweep_dead_letters: deadLetters.name, sweep_failures: this.failures.name };
  }
}
