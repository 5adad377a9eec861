import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  GoneException,
  LimitExceededException,
  PayloadTooLargeException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { FrameMeter } from '../../../emulator/gateway/websocket/frame-meter';
import type { AwsCall } from '../../../emulator/services';
import { AwsError } from '../../../emulator/services';
import { eventually } from '../../support/eventually';
import { REGION } from '../../support/gateway-functions';
import { rawRequest } from '../../support/gateway-raw-http';
import {
  API_ID,
  connectClient,
  CREDENTIALS,
  lambdaIntegration,
  startGateway,
  stopGateways,
  webSocketRoute,
  type TestClient,
  type TestGateway,
  type TestGatewayOptions,
} from '../../support/gateway-websocket';

const sdkClients: ApiGatewayManagementApiClient[] = [];
afterEach(async () => {
  for (const client of sdkClients.splice(0)) client.destroy();
  await stopGateways();
});

function sdk(endpoint: string, credentials = CREDENTIALS): ApiGatewayManagementApiClient {
  const client = new ApiGatewayManagementApiClient({ endpoint, region: REGION, credentials, maxAttempts: 1 });
  sdkClients.push(client);
  return client;
}

interface Setup extends TestGateway {
  readonly client: TestClient;
  readonly connectionId: string;
  readonly post: (data: string, connectionId?: string) => Promise<unknown>;
}

async function setup(options: Partial<TestGatewayOptions> = {}): Promise<Setup> {
  const gateway = await startGateway({ routes: [], ...options });
  const client = await connectClient(gateway.url, { headers: { 'User-Agent': 'test/1' } });
  const connectionId = gateway.gateway.connections(API_ID)[0]?.connectionId ?? '';
  const management = sdk(gateway.endpoint);
  const post: Setup['post'] = (data, id = connectionId) => management.send(new PostToConnectionCommand({ ConnectionId: id, Data: data }));
  return { ...gateway, client, connectionId, post };
}

describe('PostToConnection', () => {
  test('delivers messages in order', async () => {
    const { client, post } = await setup();
    await post('grüße');
    await post('2');
    await eventually(() => client.messages.length === 2);
    expect(client.messages).toEqual(['grüße', '2']);
  });

  test('sends a large message as frames of 32 KB', async () => {
    const { client, post } = await setup();

    const meter = new FrameMeter();
    let largest = 0;
    (client.ws as unknown as { _socket: NodeJS.ReadableStream })._socket.prependListener('data', (chunk: Buffer) => {
      largest = Math.max(largest, meter.push(chunk));
    });
    const message = 'ü'.repeat(64 * 1024);
    await post(message);
    await eventually(() => client.messages.length === 1);
    expect(client.messages[0]).toBe(message);
    expect(largest).toBe(32 * 1024);
  });

  test('fails with PayloadTooLarge for a message above 128 KB', async () => {
    const { post } = await setup();
    await expect(post('a'.repeat(128 * 1024 + 1))).rejects.toThrow(PayloadTooLargeException);
  });

  test('fails with Gone for an unknown or a closed connection', async () => {
    const { client, connectionId, gateway, post } = await setup();
    await expect(post('x', 'L0SM9cOFvHcCIhw=')).rejects.toThrow(GoneException);
    client.ws.close();
    await eventually(() => gateway.connections(API_ID).length === 0);
    await expect(post('x', connectionId)).rejects.toMatchObject({
      name: 'GoneException',
      $metadata: { httpStatusCode: 410 },
    });
  });

  test('fails with Gone while $connect of the connection has not finished', async () => {
    const seen: unknown[] = [];
    const { endpoint, url } = await startGateway({
      routes: [webSocketRoute('$connect', lambdaIntegration('connect'))],
      functions: {
        connect: async (event: { requestContext: { connectionId: string } }) => {
          const { connectionId } = event.requestContext;
          seen.push(
            await sdk(endpoint)
              .send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: 'x' }))
              .catch((error: Error) => error.name),
          );
          return { statusCode: 200 };
        },
      },
    });
    const client = await connectClient(url);
    expect(seen).toEqual(['GoneException']);
    expect(client.messages).toEqual([]);
  });

  test('fails with LimitExceeded while too many messages wait for a client that does not read', async () => {
    const { client, post } = await setup({ limits: { bufferedMessages: 4 } });
    client.ws.pause();
    const flood = async (): Promise<void> => {
      for (let index = 0; index < 400; index += 1) await post('a'.repeat(128 * 1024));
    };
    await expect(flood()).rejects.toThrow(LimitExceededException);
    client.ws.resume();
    await eventually(async () => {
      await post('again');
    });
  });
});

describe('GetConnection', () => {
  test('returns connect time, last activity and identity of a connection', async () => {
    const { connectionId, endpoint, gateway, post } = await setup();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await post('x');
    const found = await sdk(endpoint).send(new GetConnectionCommand({ ConnectionId: connectionId }));
    const [listed] = gateway.connections(API_ID);
    expect(found).toMatchObject({
      ConnectedAt: new Date(listed?.connectedAt ?? 0),
      LastActiveAt: new Date(listed?.lastActiveAt ?? 0),
      Identity: { SourceIp: '127.0.0.1', UserAgent: 'test/1' },
    });
    expect(found.LastActiveAt?.getTime()).toBeGreaterThan(found.ConnectedAt?.getTime() ?? Infinity);
  });

  test('fails with Gone for an unknown connection', async () => {
    const { endpoint } = await setup();
    await expect(sdk(endpoint).send(new GetConnectionCommand({ ConnectionId: 'x=' }))).rejects.toThrow(GoneException);
  });
});

describe('DeleteConnection', () => {
  test('closes the connection with 1000 and runs $disconnect', async () => {
    const { client, connectionId, endpoint, functions, post } = await setup({
      routes: [webSocketRoute('$disconnect', lambdaIntegration('end'))],
      functions: { end: () => ({ statusCode: 200 }) },
    });
    await sdk(endpoint).send(new DeleteConnectionCommand({ ConnectionId: connectionId }));
    await expect(post('x')).rejects.toThrow(GoneException);
    await eventually(() => client.closed !== undefined);
    expect(client.closed).toEqual({ code: 1000, reason: 'Connection Closed Normally' });
    await eventually(() => functions.eventsOf('end').length === 1);
    expect(functions.eventsOf('end')[0]).toMatchObject({ requestContext: { disconnectStatusCode: 1000 } });
  });
});

describe('a call of the @connections API', () => {
  test.each([
    ['with an unknown access key id', { ...CREDENTIALS, accessKeyId: 'ASIAUNKNOWN' }, 'UnrecognizedClientException'],
    ['with a bad signature', { ...CREDENTIALS, secretAccessKey: 'x' }, 'InvalidSignatureException'],
  ])('%s is refused with 403', async (_what, credentials, name) => {
    const { client, connectionId, endpoint } = await setup();
    const call = sdk(endpoint, credentials).send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: 'x' }));
    await expect(call).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 403 } });
    expect(client.messages).toEqual([]);
  });

  test.each(['GET /', `POST /${API_ID}/v1/@connections/x%3D`, `PUT /${API_ID}/v1/@connections/x%3D`, `GET /${API_ID}/v1/@connections/%zz`])(
    'without a signature is refused: %s',
    async (line) => {
      const { endpoint } = await setup();
      expect(await rawRequest(Number(new URL(endpoint).port), `${line} HTTP/1.1`, ['Content-Length: 0'])).toMatchObject({
        status: 403,
        body: '{"message":"Missing Authentication Token"}',
      });
    },
  );

  test('to another stage or another API gets Gone', async () => {
    const { connectionId, endpoint } = await setup();
    for (const other of [endpoint.replace('/v1', '/v2'), endpoint.replace(API_ID, 'other')]) {
      await expect(sdk(other).send(new GetConnectionCommand({ ConnectionId: connectionId }))).rejects.toThrow(GoneException);
    }
  });

  test('reaches the interceptor with its parameters, but without its body', async () => {
    const calls: AwsCall[] = [];
    const { connectionId, post } = await setup({
      intercept: (call, next) => {
        calls.push(call);
        return next();
      },
    });
    await post('grüße');
    expect(calls).toMatchObject([{ service: 'execute-api', operation: 'ManageConnections', caller: { functionName: 'forward-request' } }]);
    expect(calls[0]?.input).toEqual({ method: 'POST', apiId: API_ID, stage: 'v1', connectionId, bytes: 7 });
  });

  test('fails with the AwsError that the interceptor throws, and with 500 for any other error', async () => {
    const failures: Error[] = [new AwsError(403, 'AccessDeniedException', 'not allowed'), new Error('a bug')];
    const { post, warnings } = await setup({
      intercept: async () => {
        throw failures.shift() as Error;
      },
    });
    await expect(post('x')).rejects.toMatchObject({ name: 'AccessDeniedException', message: 'not allowed' });
    await expect(post('x')).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
    expect(warnings.join()).toContain('a bug');
  });
});
