import { EventEmitter, once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import WebSocket from 'ws';
import type { FrameInterceptor } from '../../emulator/gateway/websocket/gateway-connection';
import { WebSocketGateway } from '../../emulator/gateway/websocket/websocket-gateway';
import { AWS_LIMITS, type Limits } from '../../emulator/limits';
import { Permissions } from '../../emulator/iam/permissions';
import type { ExecutionEnvironment, Interceptor, Principal } from '../../emulator/services';
import type { LambdaIntegrationSpec, MockIntegrationSpec, WebSocketApiSpec, WebSocketRouteSpec } from '../../emulator/specs';
import { ACCOUNT_ID, functionArn, FunctionTable, REGION, type TestFunction } from './gateway-functions';

export const API_ID = 'abcdef1234';
const EXECUTION_ARN = `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:${API_ID}`;

export const lambdaIntegration = (name: string): LambdaIntegrationSpec => ({
  kind: 'lambda',
  address: `aws_apigatewayv2_integration.${name}`,
  functionArn: functionArn(name),
  timeoutMs: 29_000,
});

/** A MOCK integration with these integration responses, by key. */
export const mockWith = (requestTemplate: string, templates: Readonly<Record<string, string | undefined>>): MockIntegrationSpec => ({
  kind: 'mock',
  address: 'aws_apigatewayv2_integration.mock',
  requestTemplate,
  responses: Object.entries(templates).map(([key, template]) => ({
    address: 'aws_apigatewayv2_integration_response.mock',
    key,
    ...(template !== undefined && { template }),
  })),
});

/** A MOCK integration with one response for every status. */
export const mockIntegration = (requestTemplate: string, responseTemplate?: string): MockIntegrationSpec =>
  mockWith(requestTemplate, { $default: responseTemplate });

export const webSocketRoute = (
  routeKey: string,
  integration: WebSocketRouteSpec['integration'],
  more: Partial<WebSocketRouteSpec> = {},
): WebSocketRouteSpec => ({
  address: `aws_apigatewayv2_route.${routeKey}`,
  routeKey,
  authorization: { kind: 'none' },
  integration,
  hasRouteResponse: false,
  ...more,
});

export const lambdaAuthorization = (...identitySources: string[]): WebSocketRouteSpec['authorization'] => ({
  kind: 'lambda',
  address: 'aws_apigatewayv2_authorizer.authorizer',
  authorizerId: 'auth01',
  functionArn: functionArn('authorizer'),
  identitySources,
});

export const webSocketApi = (routes: readonly WebSocketRouteSpec[], more: Partial<WebSocketApiSpec> = {}): WebSocketApiSpec => ({
  address: 'aws_apigatewayv2_api.agents',
  apiId: API_ID,
  executionArn: EXECUTION_ARN,
  stageName: 'v1',
  routeSelectionExpression: '$request.body.action',
  routes,
  ...more,
});

const CONNECTION_ID = '{"connectionId":"$context.connectionId"}';

/** The routes of the wake channel in the stack: signed connects, and a `hello` that is answered with the connection's id. */
export const wakeRoutes = (): WebSocketRouteSpec[] => [
  webSocketRoute('$connect', mockIntegration('{"statusCode":200}', '{"statusCode":200}'), {
    authorization: { kind: 'iam' },
    hasRouteResponse: true,
  }),
  webSocketRoute('hello', mockWith('{"statusCode":200}', { '/200/': CONNECTION_ID, $default: CONNECTION_ID }), {
    hasRouteResponse: true,
  }),
];

/** An execution environment that a test freezes and thaws. */
export class TestEnvironment extends EventEmitter<{ freeze: []; thaw: []; exit: [] }> implements ExecutionEnvironment {
  readonly id = 'environment-1';
  readonly functionName = 'forward-request';
  readonly pid = 1;
  frozen = false;
  exited = false;

  freeze(): void {
    this.frozen = true;
    this.emit('freeze');
  }

  thaw(): void {
    this.frozen = false;
    this.emit('thaw');
  }

  exit(): void {
    this.exited = true;
    this.emit('exit');
  }
}

export const CREDENTIALS = { accessKeyId: 'ASIA0123456789ABCDEF', secretAccessKey: 'a-secret' };

export interface TestGatewayOptions {
  readonly routes: readonly WebSocketRouteSpec[];
  readonly functions?: Readonly<Record<string, TestFunction>>;
  /** Functions that API Gateway may invoke; by default all functions. */
  readonly permitted?: readonly string[];
  readonly limits?: Partial<Limits['webSocket']>;
  readonly intercept?: Interceptor;
  readonly interceptFrame?: FrameInterceptor;
  /** The environment that owns connections signed with CREDENTIALS and the session token `environment`. */
  readonly environment?: ExecutionEnvironment;
}

export interface TestGateway {
  readonly gateway: WebSocketGateway;
  readonly functions: FunctionTable;
  readonly warnings: string[];
  readonly url: string;
  /** URL for the SDK's client. */
  readonly endpoint: string;
}

const running: WebSocketGateway[] = [];
const clients: WebSocket[] = [];

/** A gateway with one API on a free port; `stopGateways` ends it. */
export async function startGateway(options: TestGatewayOptions): Promise<TestGateway> {
  const { routes, functions: table = {}, permitted = Object.keys(table), environment } = options;
  const functions = new FunctionTable(table);
  const warnings: string[] = [];
  const api = webSocketApi(routes);
  const principal: Principal = {
    ...CREDENTIALS,
    roleArn: `arn:aws:iam::${ACCOUNT_ID}:role/forward-request`,
    functionName: 'forward-request',
  };
  const gateway = new WebSocketGateway({
    apis: [api],
    invoker: functions,
    permissions: new Permissions(
      permitted.map((functionName) => ({
        address: `aws_lambda_permission.${functionName}`,
        functionName,
        principal: 'apigateway.amazonaws.com',
        sourceArn: `${EXECUTION_ARN}/*`,
      })),
    ),
    principals: {
      find: (accessKeyId, token) => {
        if (accessKeyId !== principal.accessKeyId) return undefined;
        return token === 'environment' && environment ? { ...principal, environment } : principal;
      },
    },
    region: REGION,
    limits: { ...AWS_LIMITS.webSocket, ...options.limits },
    ...(options.intercept && { intercept: options.intercept }),
    ...(options.interceptFrame && { interceptFrame: options.interceptFrame }),
    log: { warn: (message) => warnings.push(message) },
  });
  await gateway.listen(0);
  running.push(gateway);
  const url = gateway.invokeUrl(api);
  return { gateway, functions, warnings, url, endpoint: url.replace(/^ws/, 'http') };
}

export async function stopGateways(): Promise<void> {
  for (const client of clients.splice(0)) client.terminate();
  await Promise.all(running.splice(0).map((gateway) => gateway.close()));
}

/** A connected client, with the messages that it has received. */
export class TestClient {
  readonly messages: string[] = [];
  closed: { readonly code: number; readonly reason: string } | undefined;

  constructor(readonly ws: WebSocket) {
    ws.on('message', (data: Buffer) => this.messages.push(data.toString()));
    ws.on('close', (code, reason) => (this.closed = { code, reason: reason.toString() }));
    ws.on('error', () => undefined);
    clients.push(ws);
  }

  send(message: unknown): void {
    this.ws.send(typeof message === 'string' ? message : JSON.stringify(message));
  }
}

export interface ClientOptions {
  readonly headers?: Record<string, string>;
  readonly protocols?: string[];
}

export async function connectClient(url: string, { headers = {}, protocols = [] }: ClientOptions = {}): Promise<TestClient> {
  const client = new TestClient(new WebSocket(url, protocols, { headers }));
  await once(client.ws, 'open');
  return client;
}

export interface Refusal {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Tries to connect, and expects to be refused with an HTTP response. */
export function refusedConnect(url: string, { headers = {} }: ClientOptions = {}): Promise<Refusal> {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(url, { headers });
    ws.on('open', () => {
      ws.terminate();
      reject(new Error(`${url} was not refused`));
    });
    ws.on('error', reject);
    ws.on('unexpected-response', (_request, response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
  });
}

/** Signed headers for a connect. */
export async function signedConnect(
  url: string,
  { secret = CREDENTIALS.secretAccessKey, token, at = new Date() }: { secret?: string; token?: string; at?: Date } = {},
): Promise<ClientOptions & { headers: Record<string, string> }> {
  const { protocol, hostname, host, pathname } = new URL(url);
  const signer = new SignatureV4({
    service: 'execute-api',
    region: REGION,
    sha256: Sha256,
    credentials: {
      ...CREDENTIALS,
      secretAccessKey: secret,
      ...(token !== undefined && { sessionToken: token }),
    },
  });
  const { headers } = await signer.sign({ method: 'GET', protocol, hostname, path: pathname, headers: { host } }, { signingDate: at });
  return { headers };
}
