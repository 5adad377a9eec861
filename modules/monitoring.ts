import { Construct } from 'constructs';
import type { PerFunction } from '../environments';
import type { AlarmTargets } from './alarms/alarm-definition';
import { Alarms } from './alarms/alarms';
import { Dashboard } from './dashboard/dashboard';
import type { SharedResources } from './function-rights';
import type { Outputs } from './outputs';
import type { TunnelFunction } from './tunnel-function';

export interface MonitoringProps extends Omit<AlarmTargets, 'functions'> {
  readonly shared: SharedResources;
  readonly functions: PerFunction<TunnelFunction>;
}

/** The alarms and the dashboard. They are created last, because they refer to all resources that they watch. */
export class Monitoring extends Construct {
  readonly outputs: Outputs;

  constructor(scope: Construct, id: string, { shared, functions, ...watched }: MonitoringProps) {
    super(scope, id);
    const { environment } = watched;
    const names = Object.values(functions).map(({ id, name }) => [id, name]);
    const functionNames = Object.fromEntries(names) as PerFunction<string>;
    const alarms = new Alarms(this, 'Default', {
      targets: { ...watched, functions: functionNames },
      topicArn: shared.alarmTopic.arn,
      rollBack: functions['roll-back'],
    });
    const dashboard = new Dashboard(this, 'dashboard', {
      environment,
      alarmArns: alarms.arns,
      resources: {
        functions: functionNames,
        visitorApiId: watched.visitorApiId,
        responseRule: watched.responseRule,
        agentGatewayId: shared.agentGateway.api.apiId,
        wakeChannelId: shared.wakeChannel.api.apiId,
        tables: { tunnels: shared.tunnels.name, 'pending requests': shared.pendingRequests.name },
      },
    });
    this.outputs = {
      alarms: [alarms.names, 'Names of all alarms; the first alarm is the one that starts a rollback'],
      alarm_topic: [shared.alarmTopic.arn, 'ARN of the topic that publishes alarms; subscribe to this topic to be notified'],
      dashboard: [dashboard.name, 'Name of the dashboard in CloudWatch'],
    };
  }
}
