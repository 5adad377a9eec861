import type { FunctionName } from '../functions/settings';
import type { AgentGateway } from './agent-gateway';
import type { AlarmTopic } from './alarm-topic';
import type { BodyBucket } from './body-bucket';
import type { PendingRequestsTable } from './pending-requests-table';
import type { AllowStatement } from './policy';
import type { ResponseBus } from './response-bus';
import type { ResponseStream } from './response-stream';
import type { SweepSchedule } from './sweep-schedule';
import type { TokenKey } from './token-key';
import type { TunnelsTable } from './tunnels-table';
import type { WakeChannel } from './wake-channel';

/** The resources on which functions get rights. */
export interface SharedResources {
  readonly tunnels: TunnelsTable;
  readonly pendingRequests: PendingRequestsTable;
  readonly bodies: BodyBucket;
  readonly responseStream: ResponseStream;
  readonly responseBus: ResponseBus;
  readonly sweepSchedule: SweepSchedule;
  readonly agentGateway: AgentGateway;
  readonly wakeChannel: WakeChannel;
  /** Undefined when an identity provider signs the tokens. */
  readonly tokenKey: TokenKey | undefined;
  readonly alarmTopic: AlarmTopic;
}

/** The rights of each function's role: only the calls that the function's code makes, only on the resources that the code uses. */
export function functionRights(shared: SharedResources): Record<FunctionName, readonly AllowStatement[]> {
  const { tunnels, pendingRequests, bodies, responseStream, responseBus } = shared;
  const agents = shared.agentGateway.api;
  const wakes = shared.wakeChannel.api;
  /** Both doors of visitors have the same core. */
  const ofDoors = [
    tunnels.allow('GetItem', 'BatchGetItem', 'UpdateItem'),
    pendingRequests.allow('PutItem', 'GetItem', 'DeleteItem'),
    bodies.allow('requests', 'PutObject', 'GetObject', 'DeleteObject'),
    bodies.allow('responses', 'GetObject', 'DeleteObject'),
    agents.allowConnections('POST'),
    wakes.allowConnecting(),
  ];
  return {
    'forward-request': ofDoors,
    'stream-request': ofDoors,
    'authorize-agent': shared.tokenKey ? [shared.tokenKey.allowReading()] : [],
    'connect-agent': [tunnels.allow('GetItem', 'UpdateItem')],
    'disconnect-agent': [tunnels.allow('UpdateItem')],
    'receive-message': [
      tunnels.allow('GetItem', 'UpdateItem'),
      pendingRequests.allow('GetItem', 'PutItem', 'UpdateItem'),
      bodies.allow('responses', 'PutObject'),
      agents.allowConnections('POST', 'DELETE'),
      wakes.allowConnections('POST'),
    ],
    'process-stream': [...responseStream.allowConsuming(), responseBus.allowPublishing()],
    'wake-waiter': [wakes.allowConnections('POST'), responseBus.allowReportingFailures()],
    'greet-waiter': [],
    'roll-back': [tunnels.allow('GetItem', 'PutItem'), shared.alarmTopic.allowPublishing()],
    sweep: [
      tunnels.allow('GetItem', 'Scan', 'DeleteItem', 'UpdateItem'),
      pendingRequests.allow('Scan', 'PutItem', 'UpdateItem', 'DeleteItem'),
      ...bodies.allowSweeping(),
      agents.allowConnections('GET'),
      shared.sweepSchedule.allowReportingFailures(),
    ],
  };
}
