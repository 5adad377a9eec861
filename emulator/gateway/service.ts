import { createHash } from 'node:crypto';
import type { CloudService } from '../cloud-service';
import { FaultRounds, type FaultTarget } from '../faults/fault-rounds';
import type { Permissions } from '../iam/permissions';
import { interceptedInvoker } from '../lambda/intercepted-invoker';
import { isLoopbackHost } from '../loopback-host';
import type { Interceptor } from '../services';
import type { CloudSpec, HttpApiSpec } from '../specs';
import type { AttributeSource } from '../terraform/computed-attributes';
import { labelOf } from '../terraform/resource-names';
import { TerraformError } from '../terraform/terraform-error';
import { executeApiAccess } from './execute-api-access';
import { HttpApiEdge } from './http-api/http-api-edge';
import { readHttpApis, readWebSocketApis } from './read-apis';
import { WebSocketGateway } from './websocket/websocket-gateway';

export interface GatewayOffers {
  readonly edge: HttpApiEdge;
  /** The API that the edge serves. */
  readonly httpApi: HttpApiSpec;
  readonly gateway: WebSocketGateway;
  readonly connectionFaults: FaultRounds;
}

interface GatewayNeeds {
  readonly permissions: Permissions;
  readonly intercept: Interceptor;
}

/** API Gateway: the HTTP API that visitors use, and the WebSocket APIs. */
export const gateway: CloudService<Pick<CloudSpec, 'httpApis' | 'webSocketApis'>, GatewayNeeds, GatewayOffers> = {
  attributes: {
    aws_apigatewayv2_api: {
      id: apiId,
      execution_arn: (api) => api.arn('execute-api', apiId(api)),
      api_endpoint: (api) => (api.own('protocol_type') === 'HTTP' ? api.endpoints.visitors : `${api.endpoints.webSockets}/${apiId(api)}`),
    },
    aws_apigatewayv2_stage: {
      id: ({ own }) => own('name'),
      execution_arn: ({ arn, own }) => arn('execute-api', `${own('api_id')}/${own('name')}`),
      invoke_url: ({ endpoints, own }) =>
        own('name') === '$default' ? `${endpoints.visitors}/` : `${endpoints.webSockets}/${own('api_id')}/${own('name')}`,
    },
  },
  access: { 'execute-api': executeApiAccess },
  read: (reader) => ({ httpApis: readHttpApis(reader), webSocketApis: readWebSocketApis(reader) }),
  start: ({ spec, ports, functions, options, latencyHooks, faultHooks, faults, permissions, started, ...cloud }) => {
    const { accountId, region, log, limits, principals, intercept } = cloud;
    const invoker = interceptedInvoker(functions, options.interceptInvocation, latencyHooks.interceptInvocation);
    const common = { invoker, permissions, log };
    const httpApi = onlyHttpApi(spec);
    const edge = started(new HttpApiEdge({ ...common, api: httpApi, limits: limits.httpApi, accountId, serves: isLoopbackHost }));
    edge.serveOn(ports.visitors);
    const gateway = started(
      new WebSocketGateway({
        ...latencyHooks,
        ...faultHooks,
        ...common,
        apis: spec.webSocketApis,
        server: ports.webSockets,
        principals,
        region,
        limits: limits.webSocket,
        intercept,
      }),
    );
    const targets = (): FaultTarget[] =>
      spec.webSocketApis.flatMap(({ address, apiId }) =>
        gateway.connections(apiId).map(({ connectionId }) => ({
          subject: { api: labelOf(address) },
          strike: ({ do: act }) => void gateway.drop(connectionId, act === 'close' ? 'close' : 'vanish'),
        })),
      );
    const connectionFaults = started(new FaultRounds({ faults, place: 'connections', targets }));
    return { edge, httpApi, gateway, connectionFaults };
  },
  begin: ({ connectionFaults }) => connectionFaults.start(),
};

/** API Gateway's ids are ten characters of a-z and 0-9. Here they depend on the address only, so that URLs survive a restart. */
function apiId({ address }: AttributeSource): string {
  return BigInt(`0x${createHash('sha256').update(address).digest('hex').slice(0, 16)}`)
    .toString(36)
    .padStart(10, '0')
    .slice(-10);
}

function onlyHttpApi({ httpApis }: CloudSpec): HttpApiSpec {
  const [api, another] = httpApis;
  if (!api) throw new TerraformError('the stack has no HTTP API for visitors: add an aws_apigatewayv2_api with protocol_type HTTP');
  if (another)
    throw new TerraformError(
      `${another.address}: the local cloud runs only one HTTP API, which is ${api.address}; remove one of the two APIs`,
    );
  return api;
}
