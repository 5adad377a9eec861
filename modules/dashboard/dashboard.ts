import { CloudwatchDashboard } from '@cdktf/provider-aws/lib/cloudwatch-dashboard';
import { Construct } from 'constructs';
import type { Environment } from '../../environments';
import { physicalName } from '../../environments/physical-name';
import { canaryRow, modesRow, returnRow } from './rollout-rows';
import { streamingRow } from './streaming-row';
import { backstopRow, costRow, healthRow, refusalsRow, type ShownResources } from './system-rows';
import { alarmStates, layOut, textWidget } from './widgets';

export interface DashboardProps {
  readonly environment: Environment;
  readonly resources: ShownResources;
  readonly alarmArns: readonly string[];
}

/** One page, from top to bottom: alarms, canary against control, the way of answers, refusals, the streaming door, the backstop, health, and cost. */
export class Dashboard extends Construct {
  readonly name: string;

  constructor(scope: Construct, id: string, { environment, resources, alarmArns }: DashboardProps) {
    super(scope, id);
    const { name } = environment;
    const rows = [
      [
        textWidget(
          `# http-tunnel ${name}\nThe canary (event-driven requests) beside the control (polling requests). Runbooks: docs/runbooks/README.md. ` +
            `To make all requests poll: \`npm run rollout -- --env ${name} off --why "…"\``,
          2,
        ),
      ],
      [alarmStates('Alarms', alarmArns, 4)],
      canaryRow(environment),
      returnRow(environment),
      modesRow(environment),
      refusalsRow(environment, resources),
      ...(environment.streamingDoor ? [streamingRow(environment)] : []),
      backstopRow(environment, resources),
      healthRow(environment, resources),
      costRow(environment, resources),
    ];
    const dashboard = new CloudwatchDashboard(this, 'Default', {
      dashboardName: physicalName('dashboard', name, 'overview'),
      dashboardBody: JSON.stringify({ start: '-PT3H', periodOverride: 'inherit', widgets: layOut(rows) }),
    });
    this.name = dashboard.dashboardName;
  }
}
