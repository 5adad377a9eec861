import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { decodedRequest, toLambdaResponse } from '../../functions/aws/http-api';
import { forwardRequest } from '../../functions/core/forward-request';
import { TunnelError } from '../../functions/core/tunnel-error';
import { errorResponse, type VisitorResponse } from '../../functions/core/visitor-response';
import { ConsoleServer } from '../../local/console/console-server';
import { startEndpoint } from './dynamodb-endpoint';
import { alwaysAt, cloud, OK, TUNNEL } from './forward-fixture';
import { startEdge } from './gateway-edge';
import { API_ID, lambdaAuthorization, lambdaIntegration, startGateway, wakeRoutes, webSocketRoute } from './gateway-websocket';
import type { DoorWords } from './hostile-http';
import { consoleSources } from './observed';

/** A port that is fuzzed. */
export interface Door {
  readonly port: number;
  readonly words: DoorWords;
  /** What the door has reported as its own failure. */
  readonly warnings: readonly string[];
  /** Forgets what the fixture keeps of the inputs. */
  readonly forget: () => void;
  readonly close: () => Promise<void>;
}

export const DOORS: Readonly<Record<string, () => Promise<Door>>> = {
  'the visitor port': visitorPort,
  'the agent gateway and its @connections': agentGateway,
  'the wake channel': wakeChannel,
  'the AWS endpoint': awsEndpoint,
  'the console': consolePort,
};

/** The edge, with the rules of forward-request behind it and an agent that answers everything. */
async function visitorPort(): Promise<Door> {
  const edge = await startEdge(async (event: APIGatewayProxyEventV2) => toLambdaResponse(await answer(event)));
  return {
    port: edge.port,
    words: {
      host: 'localhost',
      paths: ['/demo/', '/demo/a%20b?c=d', '/demo', '/other/', '/demo/%2e%2e/x', '//demo/'],
      fields: ['X-Tunnel-Request-Id: x', 'X-Forwarded-Host: x', 'Referer: http://localhost/demo/', 'Proxy-Authorization: Basic ===='],
    },
    warnings: edge.warnings,
    forget: () => (edge.functions.invocations.length = 0),
    close: () => edge.close(),
  };
}

/** What forward-request answers, with one tunnel `demo` whose agent answers every request. */
export async function answer(event: APIGatewayProxyEventV2): Promise<VisitorResponse> {
  const tunnel = { ...TUNNEL, capabilities: ['any-method'] };
  const { options, clock } = cloud({
    tunnels: alwaysAt(100, async (tunnelId) => (tunnelId === tunnel.tunnelId ? tunnel : undefined)),
    outcome: OK,
  });
  const request = { ...decodedRequest(event, undefined), arrivedAt: clock.now() };
  try {
    return await forwardRequest('r', request, options);
  } catch (error) {
    if (!(error instanceof TunnelError)) throw error;
    return errorResponse(error, request.headers['accept']?.[0], 'r');
  }
}

async function agentGateway(): Promise<Door> {
  const policy = { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: '*' }] };
  const { functions, warnings, url, gateway } = await startGateway({
    routes: [
      webSocketRoute('$connect', lambdaIntegration('connect'), {
        authorization: lambdaAuthorization('route.request.header.Authorization'),
      }),
      webSocketRoute('$disconnect', lambdaIntegration('connect')),
      webSocketRoute('$default', lambdaIntegration('message')),
    ],
    functions: {
      authorizer: () => ({ principalId: 'ann', policyDocument: policy, context: { owner: 'ann' } }),
      connect: () => ({ statusCode: 200 }),
      message: () => ({ statusCode: 200 }),
    },
  });
  return {
    port: Number(new URL(url).port),
    words: {
      host: 'localhost',
      paths: [
        `/${API_ID}/v1`,
        `/${API_ID}/v1?name=a%zz`,
        `/${API_ID}/v1/@connections/x%3D`,
        `/${API_ID}/v1/%40connections/%zz`,
        `/${API_ID}/v2`,
      ],
      fields: ['Authorization: Bearer x', 'Authorization:', ...HANDSHAKE],
    },
    warnings,
    forget: () => (functions.invocations.length = 0),
    close: () => gateway.close(),
  };
}

async function wakeChannel(): Promise<Door> {
  const { warnings, url, gateway } = await startGateway({ routes: wakeRoutes() });
  return {
    port: Number(new URL(url).port),
    words: {
      host: 'localhost',
      paths: [`/${API_ID}/v1`, `/${API_ID}/v1?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=%zz`],
      fields: HANDSHAKE,
    },
    warnings,
    forget: () => undefined,
    close: () => gateway.close(),
  };
}

/** What a handshake consists of, several fields as one, so that many inputs are a handshake. */
const HANDSHAKE = [
  ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='].join('\r\n'),
];

async function awsEndpoint(): Promise<Door> {
  const echo = async () => ({ status: 200, body: '{}' });
  const { url, warnings, close } = await startEndpoint({ dynamodb: echo, events: echo, ssm: echo, sqs: echo, cloudwatch: echo, s3: echo });
  return {
    port: Number(new URL(url).port),
    words: {
      host: 'localhost',
      paths: [
        '/',
        '/bucket/key',
        '/bucket?list-type=2',
        '/bucket/%zz?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a/b/c/s3/aws4_request',
      ],
      fields: [
        'X-Amz-Target: DynamoDB_20120810.GetItem',
        'X-Amz-Target: __proto__.x',
        'X-Amz-Target: AWSEvents',
        'X-Amz-Content-Sha256: UNSIGNED-PAYLOAD',
      ],
    },
    warnings,
    forget: () => undefined,
    close,
  };
}

async function consolePort(): Promise<Door> {
  const server = await ConsoleServer.start(consoleSources(), 0);
  const { host, port } = new URL(server.url);
  return {
    port: Number(port),
    words: {
      host,
      paths: [
        '/api/overview?minutes=x',
        '/api/events',
        '/api/requests/a-b',
        '/docs/runbooks/%2e%2e%2fx.md',
        '/docs/http.md',
        '//x/api/overview',
        '/console.css',
      ],
      fields: ['Sec-Fetch-Site: same-origin', `Origin: ${server.url}`],
    },
    warnings: [],
    forget: () => undefined,
    close: () => server.close(),
  };
}
