import { CloudwatchCompositeAlarm } from '@cdktf/provider-aws/lib/cloudwatch-composite-alarm';
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission';
import { Construct } from 'constructs';
import { physicalName } from '../../environments/physical-name';
import type { TunnelFunction } from '../tunnel-function';
import type { AlarmTargets } from './alarm-definition';
import { alarmDescription, MetricAlarm } from './metric-alarm';
import { rollbackTriggers } from './rollback-triggers';
import { watchAlarms } from './watch-alarms';

export interface AlarmsProps {
  readonly targets: AlarmTargets;
  /** The topic that gets every change of an alarm's state. */
  readonly topicArn: string;
  /** The function that starts when a trigger is on. */
  readonly rollBack: TunnelFunction;
}

/** All alarms, and the composite alarm that starts roll-back. This construct's id is `Default`, so an alarm's Terraform name is its id. */
export class Alarms extends Construct {
  /** ARNs in the order in which people read them: the composite alarm, its triggers, the other alarms. */
  readonly arns: readonly string[];
  readonly names: readonly string[];

  constructor(scope: Construct, id: string, { targets, topicArn, rollBack }: AlarmsProps) {
    super(scope, id);
    const { name: environment, accountId } = targets.environment;
    const triggers = rollbackTriggers(targets).map((definition) => new MetricAlarm(this, definition, environment, topicArn));
    const composite = new CloudwatchCompositeAlarm(this, 'rollback', {
      alarmName: physicalName('alarm', environment, 'rollback'),
      alarmDescription: alarmDescription(
        'A rollback trigger is on: roll-back sets the event-driven share to 0 % until an operator resumes the rollout',
        'rollback',
      ),
      alarmRule: triggers.map(({ name }) => `ALARM("${name}")`).join(' OR '),
      alarmActions: [topicArn, rollBack.arn],
      okActions: [topicArn],
    });
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
    new LambdaPermission(this, 'rollback-permission', {
      action: 'lambda:InvokeFunction',
      functionName: rollBack.name,
      principal: 'lambda.alarms.cloudwatch.amazonaws.com',
      sourceArn: composite.arn,
      sourceAccount: accountId,
    });
    const others = watchAlarms(targets).map((definition) => new MetricAlarm(this, definition, environment, topicArn));
    const all = [...triggers, ...others];
    this.names = [composite.alarmName, ...all.map(({ name }) => name)];
    this.arns = [composite.arn, ...all.map(({ arn }) => arn)];
  }
}
