import type { Construct } from 'constructs';
import { functionsOf, type Environment, type PerFunction } from '../environments';
import type { FunctionName } from '../functions/settings';
import { AgentGateway } from './agent-gateway';
import { AlarmTopic } from './alarm-topic';
import { BodyBucket } from './body-bucket';
import { Monitoring } from './monitoring';
import { Encryption } from './encryption';
import { functionEnvironment, type StackAddresses } from './function-environment';
import { functionRights, type SharedResources } from './function-rights';
import { NamedStack } from './named-stack';
import { addOutputs } from './outputs';
import { PendingRequestsTable } from './pending-requests-table';
import { ResponseBus } from './response-bus';
import { ResponseStream } from './response-stream';
import type { StackContext } from './stack-context';
import { StreamingDoor } from './streaming-door';
import { SweepSchedule } from './sweep-schedule';
import { configureTerraform } from './terraform-settings';
import { TokenKey } from './token-key';
import { TunnelDomain, type MappedStage } from './tunnel-domain';
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
 * All resources of one environment. The APIs are created first, because functions get the APIs' addresses as settings. The routes to the
 * functions are added afterwards, and stages deploy the routes at last: nothing that a function needs may depend on a stage.
 */
export class TunnelStack extends NamedStack {
  constructor(scope: Construct, { environment, bundles }: TunnelStackProps) {
    super(scope, environment.name);
    configureTerraform(this, {
      ...environment,
      tags: { ...environment.tags, environment: environment.name },
    });
    const context: StackContext = { environment, encryption: new Encryption(this, 'data-key', environment) };

    const pendingRequests = new PendingRequestsTable(this, 'pending-requests', context);
    const visitorApi = new VisitorApi(this, 'visitor-api', context);
    const shared: SharedResources = {
      tunnels: new TunnelsTable(this, 'tunnels', context),
      pendingRequests,
      bodies: new BodyBucket(this, 'bodies', context),
      responseStream: new ResponseStream(this, 'response-stream', context, pendingRequests),
      responseBus: new ResponseBus(this, 'response-bus', context),
      sweepSchedule: new SweepSchedule(this, 'sweep-schedule', context),
      agentGateway: new AgentGateway(this, 'agent-gateway', context),
      wakeChannel: new WakeChannel(this, 'wake-channel', context),
      tokenKey: environment.tokenIssuer === null ? new TokenKey(this, 'token-key', context) : undefined,
      alarmTopic: new AlarmTopic(this, 'alarm-topic', context),
    };

    const { functions, door } = this.addFunctions(context, bundles, shared, visitorApi.url);
    visitorApi.forwardTo(functions['forward-request']);
    shared.agentGateway.serveWith({
      authorize: functions['authorize-agent'],
      connect: functions['connect-agent'],
      disconnect: functions['disconnect-agent'],
      message: functions['receive-message'],
    });
    shared.wakeChannel.answerHellos(functions['greet-waiter']);
    // A stream's chunks come through receive-message. It knows the door's URL, so Terraform can update it only after stream-request;
    // no visitor comes in before it is up to date.
    door?.open([functions['receive-message'].deployed]);
    const stream = shared.responseStream.consumeWith(functions['process-stream']);
    const publishing = shared.responseBus.publishFrom(functions['process-stream']);
    const bus = shared.responseBus.deliverTo(functions['wake-waiter']);
    const sweepQueues = shared.sweepSchedule.start(functions.sweep, [stream.mapping, publishing, bus.delivery]);
    shared.alarmTopic.reportOutcomesOf(functions['roll-back']);
    const monitoring = new Monitoring(this, 'Default', {
      environment,
      shared,
      functions,
      visitorApiId: visitorApi.apiId,
      responseRule: bus.rule,
      answerQueues: { ...stream.queues, ...bus.queues },
      sweepQueues,
    });

    const domain = this.addDomain(environment, visitorApi, shared.agentGateway.api);
    this.addOutputs(environment, shared, { visitors: visitorApi.url, streams: door?.url }, domain);
    addOutputs(this, monitoring.outputs);
  }

  /** Makes the function behind the streaming door first: the others get the door's URL as a setting, and the URL needs the function. */
  private addFunctions(
    context: StackContext,
    bundles: string,
    shared: SharedResources,
    visitorUrl: string,
  ): { readonly functions: PerFunction<TunnelFunction>; readonly door: StreamingDoor | undefined } {
    const { environment } = context;
    const addresses: StackAddresses = {
      tunnelsTable: shared.tunnels.name,
      pendingRequestsTable: shared.pendingRequests.name,
      bodyBucket: shared.bodies.name,
      eventBus: shared.responseBus.name,
      agentGatewayUrl: shared.agentGateway.api.url,
      wakeChannelUrl: shared.wakeChannel.api.url,
      visitorUrl,
      streamUrl: undefined,
      tokenKeyParameter: shared.tokenKey?.parameterName,
    };
    const rights = functionRights(shared);
    const add = (name: FunctionName, streamUrl?: string): TunnelFunction => {
      const variables = functionEnvironment(name, environment, { ...addresses, streamUrl });
      return new TunnelFunction(this, name, { context, bundles, variables, rights: rights[name] });
    };
    const streaming = environment.streamingDoor ? add('stream-request') : undefined;
    const door = streaming && new StreamingDoor(this, 'streaming-door', context, streaming);
    const entries = functionsOf(environment).map((name) => [name, streaming?.id === name ? streaming : add(name, door?.url)]);
    return { functions: Object.fromEntries(entries) as PerFunction<TunnelFunction>, door };
  }

  private addOutputs(
    { tunnelDomain }: Environment,
    shared: SharedResources,
    urls: { readonly visitors: string; readonly streams: string | undefined },
    domain: TunnelDomain | undefined,
  ): void {
    addOutputs(this, {
      visitor_url: [urls.visitors, 'Address at which visitors reach tunnels: <visitor_url>/<tunnel>/'],
      ...(urls.streams !== undefined && {
        stream_url: [urls.streams, 'Address at which visitors reach tunnels whose answers stream: <stream_url><tunnel>/'],
      }),
      agent_endpoint: [domain?.agentUrl ?? shared.agentGateway.api.url, 'Address to which agents connect (--endpoint)'],
      tunnels_table: [shared.tunnels.name, 'Name of the table of tunnels'],
      pending_requests_table: [shared.pendingRequests.name, 'Name of the table of requests that wait for their answer'],
      event_bus: [shared.responseBus.name, 'Name of the bus on which answers are announced'],
      ...(tunnelDomain !== null && {
        tunnel_domain: [tunnelDomain, 'Domain of tunnels: https://<tunnel>.<tunnel_domain>'],
      }),
    });
  }

  private addDomain({ tunnelDomain, hostedZone }: Environment, visitors: MappedStage, agents: MappedStage): TunnelDomain | undefined {
    if (tunnelDomain === null || hostedZone === null) return undefined;
    return new TunnelDomain(this, 'domain', {
      domain: tunnelDomain,
      hostedZoneId: hostedZone.id,
      visitors,
      agents,
    });
  }
}
