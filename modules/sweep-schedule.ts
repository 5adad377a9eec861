import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import { Construct } from 'constructs';
import type { Environment } from '../environments';
import { AsyncInvocation } from './async-invocation';
import { physicalName } from './physical-name';
import { RuleTarget } from './rule-target';
import type { TunnelFunction } from './tunnel-function';

/** Starts the sweep every minute. A sweep that fails is not repeated: the next one does the same. */
export class SweepSchedule extends Construct {
  constructor(scope: Construct, id: string, environment: Environment, target: TunnelFunction) {
    super(scope, id);
    const rule = new CloudwatchEventRule(this, 'rule', {
      name: physicalName('rule', environment.name, 'sweep'),
      description: 'Removes what a crash left behind, and probes stream and bus',
      scheduleExpression: 'rate(1 minute)',
    });
    new RuleTarget(this, 'target', { environment, rule, target, deadLetters: 'sweep-dead-letters' });
    new AsyncInvocation(this, 'invocation', target);
  }
}
