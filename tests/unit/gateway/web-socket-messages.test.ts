import { GatewayBootError } from '../../../emulator/gateway/gateway-boot-error';
import { RouteSelection } from '../../../emulator/gateway/websocket/route-selection';
import { eventually } from '../../support/eventually';
import { ThrottledError, type TestFunction } from '../../support/gateway-functions';
import { sendRaw } from '../../support/gateway-raw-http';
import {
  API_ID,
  connectClient,
  lambdaAuthorization,
  lambdaIntegration,
  mockIntegration,
  mockWith,
  startGateway,
  stopGateways,
  webSocketApi,
  webSocketRoute,
  type TestGateway,
  type TestGatewayOptions,
} from '../../support/gateway-websocket';

afterEach(stopGateways);

const main = (run: TestFunction, more: Partial<TestGatewayOptions> = {}): Promise<TestGateway> =>
  startGateway({
    routes: [webSocketRoute('$default', lambdaIntegration('main'))],
    functions: { main: run },
    ...more,
  });
const ok = { statusCode: 200 };
interface MessageEvent {
  readonly requestContext: Record<string, unknown>;
  readonly body: string;
}

describe('a message', () => {
  test('becomes the event that AWS sends', async () => {
    const { functions, gateway, url } = await main(() => ok);
    const client = await connectClient(url, { headers: { 'User-Agent': 'test/1' } });
    client.send('{"a":"ü"}');
    await eventually(() => functions.eventsOf('main').length === 1);
    const [event] = functions.eventsOf<MessageEvent>('main');
    const [connection] = gateway.connections(API_ID);
    expect(event).toEqual({
      body: '{"a":"ü"}',
      isBase64Encoded: false,
      requestContext: {
        routeKey: '$default',
        eventType: 'MESSAGE',
        messageDirection: 'IN',
        messageId: expect.stringMatching(/^[\w-]{15}=$/) as string,
        connectionId: connection?.connectionId,
        connectedAt: connection?.connectedAt,
        requestId: expect.any(String) as string,
        extendedRequestId: event?.requestContext['requestId'],
        requestTime: expect.any(String) as string,
        requestTimeEpoch: expect.any(Number) as number,
        stage: 'v1',
        apiId: API_ID,
        domainName: '127.0.0.1',
        identity: { sourceIp: '127.0.0.1', userAgent: 'test/1' },
      },
    });
  });

  test('goes to the route that its action names, otherwise to $default', async () => {
    const routes = ['$default', 'named', '$connect'].map((key) => webSocketRoute(key, lambdaIntegration('main')));
    const { functions, url } = await startGateway({ routes, functions: { main: () => ok } });
    const client = await connectClient(url);
    const messages = [
      { action: 'named' },
      { action: 'other' },
      'no JSON',
      { action: 7 },
      '["named"]',
      'null',
      { action: '$connect' },
      { action: { a: 1 } },
    ];
    for (const message of messages) client.send(message);
    await eventually(() => functions.invocations.length === 9);
    expect(functions.eventsOf<MessageEvent>('main').map(({ requestContext }) => requestContext['routeKey'])).toEqual([
      '$connect',
      'named',
      ...Array<string>(7).fill('$default'),
    ]);
  });

  test('gets the answer Forbidden if no route matches', async () => {
    const { gateway, url } = await startGateway({ routes: [] });
    const client = await connectClient(url);
    client.send({ action: 'x' });
    await eventually(() => client.messages.length === 1);
    // AWS writes these spaces.
    const [{ connectionId } = { connectionId: '' }] = gateway.connections(API_ID);
    expect(client.messages[0]?.replace(/"requestId":"[\w-]{15}="/, '"requestId":"…"')).toBe(
      `{"message": "Forbidden", "connectionId":"${connectionId}", "requestId":"…"}`,
    );
  });

  test('does not wait for the end of the previous message', async () => {
    let inside = 0;
    const { functions, url } = await main(async () => {
      inside += 1;
      await eventually(() => inside === 5);
      return ok;
    });
    const client = await connectClient(url);
    for (let index = 0; index < 5; index += 1) client.send(String(index));
    await eventually(() => functions.invocations.length === 5 && inside === 5);
  });

  test('that arrives together with the handshake is not lost', async () => {
    const { functions, url } = await main(() => ok);
    const { host, port } = new URL(url);
    const handshake =
      `GET /${API_ID}/v1 HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
    // Text "hi", masked with zeros.
    const frame = Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]);
    void sendRaw(Number(port), Buffer.concat([Buffer.from(handshake), frame]));
    await eventually(() => functions.invocations.length > 0);
    expect(functions.eventsOf<MessageEvent>('main').map(({ body }) => body)).toEqual(['hi']);
  });
});

describe('the answer to a message', () => {
  const answering = (hasRouteResponse: boolean, result: unknown): Promise<TestGateway> =>
    startGateway({
      routes: [webSocketRoute('$default', lambdaIntegration('main'), { hasRouteResponse })],
      functions: { main: () => result },
    });

  test('is sent to the client if the route has a route response', async () => {
    const client = await connectClient((await answering(true, { statusCode: 200, body: 'pong' })).url);
    client.send('ping');
    await eventually(() => client.messages.length === 1);
    expect(client.messages).toEqual(['pong']);
  });

  test('is not sent to the client if the route has no route response', async () => {
    const { functions, url } = await answering(false, { statusCode: 200, body: 'pong' });
    const client = await connectClient(url);
    client.send('ping');
    await eventually(() => functions.invocations.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(client.messages).toEqual([]);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('x');
      },
      'Internal server error',
    ],
    [
      'is throttled',
      () => {
        throw new ThrottledError();
      },
      'Internal server error',
    ],
    ['returns no status', () => undefined, 'Internal server error'],
    ['takes too long', () => new Promise((resolve) => setTimeout(resolve, 200)), 'Endpoint request timed out'],
  ])('is an error of API Gateway if the function %s', async (_what, run, message) => {
    const { gateway, url } = await main(run, { limits: { integrationTimeoutMs: 60 } });
    const client = await connectClient(url);
    client.send('x');
    await eventually(() => client.messages.length === 1);
    expect(JSON.parse(client.messages[0] ?? '')).toEqual({
      message,
      connectionId: gateway.connections(API_ID)[0]?.connectionId,
      requestId: expect.any(String) as string,
    });
    expect(client.closed).toBeUndefined();
  });

  test('is the template of a MOCK integration with its $context variables filled in', async () => {
    const template =
      '{"id":"$context.connectionId","of":"$context.apiId/$context.stage","route":"$context.routeKey","who":"$context.authorizer.x","at":$context.requestTimeEpoch,"from":"$context.identity.sourceIp"}';
    const { gateway, url } = await startGateway({
      routes: [webSocketRoute('hello', mockIntegration('{"statusCode":200}', template), { hasRouteResponse: true })],
    });
    const client = await connectClient(url);
    client.send({ action: 'hello' });
    await eventually(() => client.messages.length === 1);
    expect(JSON.parse(client.messages[0] ?? '')).toEqual({
      id: gateway.connections(API_ID)[0]?.connectionId,
      of: `${API_ID}/v1`,
      route: 'hello',
      who: '',
      at: expect.any(Number) as number,
      from: '127.0.0.1',
    });
  });

  test.each([
    ['of the response whose key matches the status', { '/4\\d\\d/': 'four', '/200/': 'two', $default: 'any' }, 'two'],
    ['of the response $default if no key matches the status', { '/4\\d\\d/': 'four', '/2/': 'two', $default: 'any' }, 'any'],
  ])('is the template %s', async (_which, templates, expected) => {
    const { url } = await startGateway({
      routes: [webSocketRoute('hello', mockWith('{"statusCode":200}', templates), { hasRouteResponse: true })],
    });
    const client = await connectClient(url);
    client.send({ action: 'hello' });
    await eventually(() => client.messages.length === 1);
    expect(client.messages).toEqual([expected]);
  });

  test('is an error of the gateway if no integration response takes the status', async () => {
    const { url } = await startGateway({
      routes: [webSocketRoute('hello', mockWith('{"statusCode":200}', { '/4\\d\\d/': 'four' }), { hasRouteResponse: true })],
    });
    const client = await connectClient(url);
    client.send({ action: 'hello' });
    await eventually(() => client.messages.length === 1);
    expect(JSON.parse(client.messages[0] ?? '')).toMatchObject({ message: 'Internal server error' });
  });

  test('of a MOCK integration is not sent if the route has no route response', async () => {
    const { url } = await startGateway({
      routes: [
        webSocketRoute('hello', mockIntegration('{"statusCode":200}', 'hi')),
        webSocketRoute('$default', mockIntegration('{"statusCode":200}', 'second'), {
          hasRouteResponse: true,
        }),
      ],
    });
    const client = await connectClient(url);
    client.send({ action: 'hello' });
    client.send({});
    await eventually(() => client.messages.length === 1);
    expect(client.messages).toEqual(['second']);
  });
});

describe('$disconnect', () => {
  const ending = () =>
    startGateway({
      routes: [webSocketRoute('$disconnect', lambdaIntegration('end'))],
      functions: { end: () => ok },
    });

  test.each([
    ['with the code and reason of the client', (ws: { close(code?: number, reason?: string): void }) => ws.close(4001, 'bye'), 4001, 'bye'],
    [
      'with 1005 if the client closes without a code',
      (ws: { close(): void }) => ws.close(),
      1005,
      'Client-side close frame status not set',
    ],
    ['with 1006 if the client breaks the connection', (ws: { terminate(): void }) => ws.terminate(), 1006, ''],
  ])('runs once, %s', async (_what, end, code, reason) => {
    const { functions, gateway, url } = await ending();
    const client = await connectClient(url);
    const connectionId = gateway.connections(API_ID)[0]?.connectionId;
    end(client.ws);
    await eventually(() => functions.invocations.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(functions.eventsOf('end')).toEqual([
      {
        headers: { Host: '127.0.0.1', 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' },
        multiValueHeaders: {
          Host: ['127.0.0.1'],
          'x-api-key': [''],
          'X-Forwarded-For': [''],
          'x-restapi': [''],
        },
        requestContext: expect.objectContaining({
          routeKey: '$disconnect',
          eventType: 'DISCONNECT',
          disconnectStatusCode: code,
          disconnectReason: reason,
          connectionId,
        }) as unknown,
        isBase64Encoded: false,
      },
    ]);
    expect(gateway.connections(API_ID)).toEqual([]);
  });

  test('does not run when the gateway is closed', async () => {
    const { functions, gateway, url } = await ending();
    const client = await connectClient(url);
    await gateway.close();
    await eventually(() => client.closed !== undefined);
    expect(functions.invocations).toEqual([]);
  });
});

describe('the boot of the gateway', () => {
  const withMock = (request: string, response?: string) => ({
    routes: [webSocketRoute('x', mockIntegration(request, response))],
  });
  test.each([
    [
      'a template with #set',
      withMock('#set($a = 1){"statusCode":200}'),
      /integration\.mock: its template uses "#set.*plain text and \$context/,
    ],
    [
      'a template with $input',
      withMock('{"statusCode":200}', '$input.json("$")'),
      /integration_response\.mock: its template uses "\$input/,
    ],
    ['a template with $util', withMock('{"statusCode":200}', '$util.escapeJavaScript($context.stage)'), /uses "\$util/],
    [
      'a template with an unknown $context variable',
      withMock('{"statusCode":200}', '$context.connectionID'),
      /uses \$context\.connectionID; the local gateway knows apiId/,
    ],
    [
      'a MOCK integration without an integration response',
      { routes: [webSocketRoute('x', mockWith('{"statusCode":200}', {}))] },
      'aws_apigatewayv2_integration.mock has no integration response, so API Gateway fails its route with status 500: ' +
        'add an aws_apigatewayv2_integration_response with integration_response_key = "$default"',
    ],
    ['a request template without a status', withMock('{}'), /must yield \{"statusCode": 200\}, but it is \{\}/],
    ['an empty request template', withMock(''), /but it is empty/],
    [
      'an unsupported identity source',
      {
        routes: [
          webSocketRoute('$connect', mockIntegration('{"statusCode":200}'), {
            authorization: lambdaAuthorization('$context.stage'),
          }),
        ],
      },
      /authorizer\.identity_sources has "\$context\.stage"/,
    ],
  ])('refuses %s with an error that names the problem', async (_what, options, message) => {
    await expect(startGateway(options)).rejects.toThrow(GatewayBootError);
    await expect(startGateway(options)).rejects.toThrow(message);
  });

  test.each(['200', '/200', '/(/'])('refuses the integration response key %s', async (key) => {
    const routes = [webSocketRoute('x', mockWith('{"statusCode":200}', { [key]: 'hi' }))];
    await expect(startGateway({ routes })).rejects.toThrow(
      `integration_response.mock.integration_response_key is "${key}": it must be "$default" or a regular expression between slashes`,
    );
  });

  test('accepts only a route selection expression that selects a field of the message body', async () => {
    expect(() => new RouteSelection(webSocketApi([], { routeSelectionExpression: '$request.header.x' }))).toThrow(
      'aws_apigatewayv2_api.agents.route_selection_expression is "$request.header.x": the local gateway knows $request.body.FIELD',
    );
    const nested = webSocketApi([webSocketRoute('deep', lambdaIntegration('main'))], {
      routeSelectionExpression: '${request.body.a.b}',
    });
    expect(new RouteSelection(nested).forMessage('{"a":{"b":"deep"}}')?.routeKey).toBe('deep');
  });
});
