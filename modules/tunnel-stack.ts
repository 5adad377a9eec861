import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformOutput } from 'cdktf';
import type { Construct } from 'constructs';
import type { Environment } from '../environments';
import { FUNCTION_SETTINGS, type FunctionName } from '../functions/settings';
import { AgentGateway } from './agent-gateway';
import { addBackend } from './backend';
import { functionEnvironment, type StackAddresses } from './function-environment';
import { functionRights, type SharedResources } from './function-rights';
import { NamedStack } from './named-stack';
import { PendingRequestsTable } from './pending-requests-table';
import { ResponseBus } from './response-bus';
import { ResponseStream } from './response-stream';
import { SweepSchedule } from './sweep-schedule';
import { TokenKey } from './token-key';
import { TunnelFunction } from './tunnel-function';
import { TunnelsTable } from './tunnels-table';
import { VisitorApi } from './visitor-api';
import { WakeChannel } from './wake-channel';

export interface TunnelStackProps {
  readonly environment: Environment;
  /** Directory of the functions' zips. */
  readonly bundles: string;
}

/**
 * Everything one environment consists of. Gateways come before the functions, which are told their addresses, and get their
 * routes afterwards: so neither depends on itself.
 */
export class TunnelStack extends NamedStack {
  constructor(scope: Construct, { environment, bundles }: TunnelStackProps) {
    super(scope, environment.name);
    this.configureTerraform(environment);

    const pendingRequests = new PendingRequestsTable(this, 'pending-requests', environment);
    const visitorApi = new VisitorApi(this, 'visitor-api', environment);
    const shared: SharedResources = {
      tunnels: new TunnelsTable(this, 'tunnels', environment),
      pendingRequests,
      responseStream: new ResponseStream(this, 'response-stream', environment, pendingRequests),
      responseBus: new ResponseBus(this, 'response-bus', environment),
      agentGateway: new AgentGateway(this, 'agent-gateway', environment),
      wakeChannel: new WakeChannel(this, 'wake-channel', environment),
      tokenKey: new TokenKey(this, 'token-key', environment),
    };

    const functions = this.addFunctions(environment, bundles, shared, visitorApi.url);
    visitorApi.forwardTo(functions['forward-request']);
    shared.agentGateway.serveWith({
      authorize: functions['authorize-agent'],
      connect: functions['connect-agent'],
      disconnect: functions['disconnect-agent'],
      message: functions['receive-message'],
    });
    shared.responseStream.consumeWith(functions['process-stream']);
    shared.responseBus.deliverTo(functions['wake-waiter']);
    new SweepSchedule(this, 'sweep-schedule', environment, functions.sweep);

    this.addOutputs(shared, visitorApi);
  }

  private configureTerraform(environment: Environment): void {
    addBackend(this, environment);
    // Write-only arguments: https://developer.hashicorp.com/terraform/language/resources/ephemeral/write-only
    this.addOverride('terraform.required_version', '>= 1.11.0');
    new AwsProvider(this, 'aws', {
      region: environment.region,
      // Refuses to apply one environment with another's credentials.
      allowedAccountIds: [environment.accountId],
      defaultTags: [{ tags: { ...environment.tags, project: 'http-tunnel', environment: environment.name } }],
    });
  }

  private addFunctions(
    environment: Environment,
    bundles: string,
    shared: SharedResources,
    visitorUrl: string,
  ): Record<FunctionName, TunnelFunction> {
    const addresses: StackAddresses = {
      tunnelsTable: shared.tunnels.name,
      pendingRequestsTable: shared.pendingRequests.name,
      eventBus: shared.responseBus.name,
      agentGatewayUrl: shared.agentGateway.api.url,
      wakeChannelUrl: shared.wakeChannel.api.url,
      visitorUrl,
      tokenKeyParameter: shared.tokenKey.parameterName,
    };
    const rights = functionRights(shared);
    const names = Object.keys(FUNCTION_SETTINGS) as FunctionName[];
    const entries = names.map((name) => {
      const variables = functionEnvironment(name, environment, addresses);
      return [
        name,
        new TunnelFunction(this, name, { environment, bundles, variables, rights: rights[name] }),
      ] as const;
    });
    return Object.fromEntries(entries) as Record<FunctionName, TunnelFunction>;
  }

  private addOutputs(shared: SharedResources, visitorApi: VisitorApi): void {
    const outputs: Record<string, readonly [value: string, description: string]> = {
      visitor_url: [visitorApi.url, 'Where visitors reach tunnels: <visitor_url>/<tunnel>/'],
      agent_endpoint: [shared.agentGateway.api.url, 'What agents connect to (--endpoint)'],
      tunnels_table: [shared.tunnels.name, 'Name of the table of tunnels'],
      pending_requests_table: [
        shared.pendingRequests.name,
        'Name of the table of requests that wait for their answer',
      ],
      event_bus: [shared.responseBus.name, 'Name of the bus on which answers are announced'],
    };
    for (const [name, [value, description]] of Object.entries(outputs))
      new TerraformOutput(this, name, { value, description });
  }
}
