import type { HttpApiSpec, LambdaIntegrationSpec, MockIntegrationSpec, WebSocketApiSpec, WebSocketRouteSpec } from '../specs';
import { functionArnIn } from '../lambda/read-functions';
import type { Block } from '../terraform/block';
import type { ResourceReader } from '../terraform/resource-reader';
import { TerraformError } from '../terraform/terraform-error';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const DEFAULT_TIMEOUT_MS = { HTTP: 30_000, WEBSOCKET: 29_000 };

interface Api {
  readonly block: Block;
  readonly id: string;
  readonly stage: Block;
}

export const readHttpApis = (reader: ResourceReader): HttpApiSpec[] =>
  apis(reader, 'HTTP').map((api) => ({
    ...common(api, reader),
    routes: routesOf(api, reader).map((route) => {
      const integration = integrationOf(route, reader);
      const version = integration.optionalText('payload_format_version');
      if (version !== '2.0') throw new TerraformError(`${integration.address}.payload_format_version: the local cloud supports only "2.0"`);
      return {
        address: route.address,
        routeKey: route.text('route_key'),
        integration: lambdaIntegration(integration, DEFAULT_TIMEOUT_MS.HTTP),
      };
    }),
  }));

export const readWebSocketApis = (reader: ResourceReader): WebSocketApiSpec[] =>
  apis(reader, 'WEBSOCKET').map((api) => ({
    ...common(api, reader),
    routeSelectionExpression: api.block.text('route_selection_expression'),
    routes: routesOf(api, reader).map((route) => webSocketRoute(route, reader)),
  }));

function apis(reader: ResourceReader, protocol: 'HTTP' | 'WEBSOCKET'): Api[] {
  return reader
    .all('aws_apigatewayv2_api')
    .filter((block) => block.text('protocol_type') === protocol)
    .map((block) => {
      const id = reader.computed(block, 'id');
      const stage = reader.all('aws_apigatewayv2_stage').find((candidate) => candidate.text('api_id') === id);
      if (!stage) throw new TerraformError(`${block.address} has no stage: add an aws_apigatewayv2_stage with the id of the API`);
      if (!stage.flag('auto_deploy')) {
        throw new TerraformError(`${stage.address} is not deployed automatically: set auto_deploy = true, which the local cloud requires`);
      }
      return { block, id, stage };
    });
}

const common = ({ block, id, stage }: Api, reader: ResourceReader) => ({
  address: block.address,
  apiId: id,
  executionArn: reader.computed(block, 'execution_arn'),
  stageName: stage.text('name'),
});

const routesOf = ({ id }: Api, reader: ResourceReader): Block[] =>
  reader.all('aws_apigatewayv2_route').filter((route) => route.text('api_id') === id);

/** The target of a route is `integrations/<id of the integration>`. In the local cloud, that id is the address of the resource. */
function integrationOf(route: Block, reader: ResourceReader): Block {
  const target = route.text('target').replace(/^integrations\//, '');
  const integration = reader.all('aws_apigatewayv2_integration').find((block) => reader.computed(block, 'id') === target);
  if (!integration)
    throw new TerraformError(
      `${route.address}.target is ${target}, but the stack has no such integration: refer to an aws_apigatewayv2_integration`,
    );
  return integration;
}

function lambdaIntegration(block: Block, defaultTimeoutMs: number): LambdaIntegrationSpec {
  const type = block.text('integration_type');
  if (type !== 'AWS_PROXY')
    throw new TerraformError(
      `${block.address}.integration_type is ${type}: the local cloud supports only AWS_PROXY, and MOCK for WebSocket APIs`,
    );
  return {
    kind: 'lambda',
    address: block.address,
    functionArn: functionArnIn(block.text('integration_uri'), `${block.address}.integration_uri`),
    timeoutMs: block.optionalNumber('timeout_milliseconds') ?? defaultTimeoutMs,
  };
}

function webSocketRoute(route: Block, reader: ResourceReader): WebSocketRouteSpec {
  const integration = integrationOf(route, reader);
  const routeResponse = reader
    .all('aws_apigatewayv2_route_response')
    .find((block) => block.text('route_id') === reader.computed(route, 'id'));
  return {
    address: route.address,
    routeKey: route.text('route_key'),
    authorization: authorizationOf(route, reader),
    integration:
      integration.text('integration_type') === 'MOCK'
        ? mockIntegration(integration, reader)
        : lambdaIntegration(integration, DEFAULT_TIMEOUT_MS.WEBSOCKET),
    hasRouteResponse: routeResponse !== undefined,
  };
}

function mockIntegration(block: Block, reader: ResourceReader): MockIntegrationSpec {
  const responses = reader
    .all('aws_apigatewayv2_integration_response')
    .filter((response) => response.text('integration_id') === reader.computed(block, 'id'))
    .map((response) => {
      const [template] = Object.values(response.map('response_templates'));
      return { address: response.address, key: response.text('integration_response_key'), ...(template !== undefined && { template }) };
    });
  return {
    kind: 'mock',
    address: block.address,
    requestTemplate: Object.values(block.map('request_templates'))[0] ?? '',
    responses,
  };
}

function authorizationOf(route: Block, reader: ResourceReader): WebSocketRouteSpec['authorization'] {
  const type = route.optionalText('authorization_type') ?? 'NONE';
  if (type === 'NONE') return { kind: 'none' };
  if (type === 'AWS_IAM') return { kind: 'iam' };
  if (type !== 'CUSTOM')
    throw new TerraformError(`${route.address}.authorization_type is ${type}: the local cloud supports only NONE, AWS_IAM and CUSTOM`);
  const authorizerId = route.text('authorizer_id');
  const authorizer = reader.all('aws_apigatewayv2_authorizer').find((block) => reader.computed(block, 'id') === authorizerId);
  if (!authorizer)
    throw new TerraformError(
      `${route.address}.authorizer_id is ${authorizerId}, but the stack has no such authorizer: refer to an aws_apigatewayv2_authorizer`,
    );
  return {
    kind: 'lambda',
    address: authorizer.address,
    authorizerId,
    functionArn: functionArnIn(authorizer.text('authorizer_uri'), `${authorizer.address}.authorizer_uri`),
    identitySources: authorizer.texts('identity_sources'),
  };
}
