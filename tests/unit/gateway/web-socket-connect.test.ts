import WebSocket from 'ws';
import { eventually } from '../../support/eventually';
import { ThrottledError, type TestFunction } from '../../support/gateway-functions';
import { parseResponse, sendRaw, untilDropped } from '../../support/gateway-raw-http';
import {
  API_ID,
  connectClient,
  lambdaAuthorization,
  lambdaIntegration,
  mockIntegration,
  mockWith,
  refusedConnect,
  signedConnect,
  startGateway,
  stopGateways,
  wakeRoutes,
  webSocketRoute,
  type TestGateway,
  type TestGatewayOptions,
} from '../../support/gateway-websocket';

afterEach(stopGateways);

const METHOD_ARN = `arn:aws:execute-api:eu-central-1:000000000000:${API_ID}/v1/$connect`;
const allow = (context?: Record<string, unknown>, Resource: unknown = METHOD_ARN, Effect = 'Allow') => ({
  principalId: 'owner-1',
  policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect, Resource }] },
  ...(context && { context }),
});

/** An API whose `$connect` asks the function `authorizer`, then runs `connect`; everything else goes to `main`. */
const authorized = (authorizer: TestFunction, more: Partial<TestGatewayOptions> = {}, ...sources: string[]): Promise<TestGateway> =>
  startGateway({
    routes: [
      webSocketRoute('$connect', lambdaIntegration('connect'), {
        authorization: lambdaAuthorization(...sources),
      }),
      webSocketRoute('$default', lambdaIntegration('main')),
      webSocketRoute('$disconnect', lambdaIntegration('main')),
    ],
    functions: { authorizer, connect: () => ({ statusCode: 200 }), main: () => ({ statusCode: 200 }) },
    ...more,
  });

const connecting = (connect: TestFunction, more: Partial<TestGatewayOptions> = {}): Promise<TestGateway> =>
  startGateway({
    routes: [webSocketRoute('$connect', lambdaIntegration('connect'))],
    functions: { connect },
    ...more,
  });

describe('the integration of $connect', () => {
  test('finishes before the upgrade, and gets the event that AWS sends', async () => {
    let connected = false;
    const { functions, url } = await connecting(async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(connected).toBe(false);
      return { statusCode: 200 };
    });
    await connectClient(`${url}?name=demo&name=b%20c`, {
      headers: { 'X-Mixed': 'a', 'User-Agent': 'test/1' },
    });
    connected = true;
    const [event] = functions.eventsOf('connect');
    expect(event).toMatchObject({
      headers: {
        'X-Mixed': 'a',
        Host: new URL(url).host,
        'X-Forwarded-For': '127.0.0.1',
        'X-Forwarded-Proto': 'http',
      },
      multiValueHeaders: { 'X-Mixed': ['a'], 'X-Forwarded-Port': [new URL(url).port] },
      queryStringParameters: { name: 'b c' },
      multiValueQueryStringParameters: { name: ['demo', 'b c'] },
      isBase64Encoded: false,
    });
    expect(event?.['headers']).not.toHaveProperty('Upgrade');
    const context = event?.['requestContext'] as Record<string, unknown>;
    expect(context).toEqual({
      routeKey: '$connect',
      eventType: 'CONNECT',
      messageDirection: 'IN',
      connectionId: expect.stringMatching(/^[\w-]{15}=$/) as string,
      requestId: expect.stringMatching(/^[\w-]{15}=$/) as string,
      extendedRequestId: context['requestId'],
      connectedAt: expect.any(Number) as number,
      requestTime: expect.stringMatching(/^\d\d\/\w{3}\/\d{4}:[\d:]{8} \+0000$/) as string,
      requestTimeEpoch: expect.any(Number) as number,
      domainName: '127.0.0.1',
      stage: 'v1',
      apiId: API_ID,
      identity: { sourceIp: '127.0.0.1', userAgent: 'test/1' },
    });
  });

  test('gets an event without query parameters if the URL has no query', async () => {
    const { functions, url } = await connecting(() => ({ statusCode: 200 }));
    await connectClient(url);
    expect(functions.eventsOf('connect')[0]).not.toHaveProperty('queryStringParameters');
  });

  test('refuses the handshake with the status and body it returns', async () => {
    const { url, gateway } = await connecting(() => ({ statusCode: 409, body: 'taken' }));
    expect(await refusedConnect(url)).toMatchObject({ status: 409, body: 'taken' });
    expect(gateway.connections(API_ID)).toEqual([]);
  });

  test.each([
    [
      '502 if the function throws',
      () => {
        throw new Error('x');
      },
      502,
      'Internal server error',
    ],
    ['502 if the function returns no status', () => ({ body: 'x' }), 502, 'Internal server error'],
    ['502 if the function returns nothing', () => undefined, 502, 'Internal server error'],
    [
      '500 if the function is throttled',
      () => {
        throw new ThrottledError();
      },
      500,
      'Internal server error',
    ],
    ['504 if the function takes too long', () => new Promise((resolve) => setTimeout(resolve, 200)), 504, 'Endpoint request timed out'],
  ])('refuses the handshake with %s', async (_what, connect, status, message) => {
    const { url } = await connecting(connect, { limits: { integrationTimeoutMs: 60 } });
    const refusal = await refusedConnect(url);
    expect(refusal.status).toBe(status);
    expect(JSON.parse(refusal.body)).toEqual({
      message,
      connectionId: expect.any(String) as string,
      requestId: expect.any(String) as string,
    });
  });

  test('refuses the handshake with 500 if API Gateway may not invoke the function', async () => {
    const { url, warnings } = await connecting(() => ({ statusCode: 200 }), { permitted: [] });
    expect((await refusedConnect(url)).status).toBe(500);
    expect(warnings.join()).toContain(`source_arn = "${METHOD_ARN}"`);
  });

  test('chooses the WebSocket subprotocol by a header of its response', async () => {
    const { url } = await connecting(() => ({ statusCode: 200, headers: { 'Sec-WebSocket-Protocol': 'b' } }));
    expect((await connectClient(url, { protocols: ['a', 'b'] })).ws.protocol).toBe('b');
  });

  test('may be missing, so that every client may connect', async () => {
    const { url, gateway } = await startGateway({ routes: [] });
    await connectClient(url);
    expect(gateway.connections(API_ID)).toHaveLength(1);
  });

  test('may be a MOCK integration, whose status accepts or refuses the handshake', async () => {
    const open = await startGateway({
      routes: [webSocketRoute('$connect', mockIntegration('{"statusCode":200}'))],
    });
    await connectClient(open.url);
    const closed = await startGateway({
      routes: [webSocketRoute('$connect', mockIntegration('{"statusCode":403}'))],
    });
    expect((await refusedConnect(closed.url)).status).toBe(403);
  });

  test('refuses the handshake with 500 if no integration response of a MOCK integration takes the status', async () => {
    const { url } = await startGateway({
      routes: [webSocketRoute('$connect', mockWith('{"statusCode":200}', { '/201/': undefined }))],
    });
    const refusal = await refusedConnect(url);
    expect(refusal.status).toBe(500);
    expect(JSON.parse(refusal.body)).toMatchObject({ message: 'Internal server error' });
  });

  test('is followed by $disconnect if the client disconnects before the integration succeeds', async () => {
    const { functions, url } = await startGateway({
      routes: [webSocketRoute('$connect', lambdaIntegration('connect')), webSocketRoute('$disconnect', lambdaIntegration('end'))],
      functions: {
        connect: () => new Promise((resolve) => setTimeout(() => resolve({ statusCode: 200 }), 60)),
        end: () => ({ statusCode: 200 }),
      },
    });
    const ws = new WebSocket(url);
    ws.on('error', () => undefined);
    await eventually(() => functions.eventsOf('connect').length === 1);
    ws.terminate();
    await eventually(() => functions.eventsOf('end').length === 1);
  });
});

describe('a handshake', () => {
  test.each([['/other/v1'], [`/${API_ID}/other`], ['/']])('for the unknown path %s gets 403 Forbidden', async (path) => {
    const { url } = await startGateway({ routes: [] });
    const refusal = await refusedConnect(new URL(path, url).href);
    expect(refusal.status).toBe(403);
    expect(JSON.parse(refusal.body)).toMatchObject({ message: 'Forbidden' });
  });

  test.each([',,', 'a,', 'a a', 'a, a', '"a"'])('with the subprotocols %s gets 400 before any function runs', async (protocols) => {
    const { functions, url } = await connecting(() => ({ statusCode: 200 }));
    const { port, host, pathname } = new URL(url);
    const fields = [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ];
    const head = [`GET ${pathname} HTTP/1.1`, `Host: ${host}`, ...fields, `Sec-WebSocket-Protocol: ${protocols}`, '', ''];
    expect(parseResponse(await sendRaw(Number(port), head.join('\r\n'))).status).toBe(400);
    expect(functions.invocations).toEqual([]);
  });

  test('that is refused ends, even if the client does not close the connection', async () => {
    const { url } = await connecting(() => ({ statusCode: 403 }));
    const { port, host, pathname } = new URL(url);
    const head = [`GET ${pathname} HTTP/1.1`, `Host: ${host}`, 'Connection: Upgrade', 'Upgrade: websocket', '', ''].join('\r\n');
    expect(await untilDropped(Number(port), head)).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('without a Sec-WebSocket-Key gets 400 before any function runs', async () => {
    const { functions, url } = await connecting(() => ({ statusCode: 200 }));
    const request = `GET /${API_ID}/v1 HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n`;
    expect(await sendRaw(Number(new URL(url).port), request)).toMatch(/^HTTP\/1\.1 400 /);
    expect(functions.invocations).toEqual([]);
  });
});

describe('a Lambda authorizer', () => {
  test('gets a REQUEST event with the method ARN of $connect', async () => {
    const { functions, url } = await authorized(() => allow());
    await connectClient(`${url}?token=t`, { headers: { Authorization: 'Bearer t' } });
    expect(functions.eventsOf('authorizer')[0]).toMatchObject({
      type: 'REQUEST',
      methodArn: METHOD_ARN,
      headers: { Authorization: 'Bearer t', Upgrade: 'websocket' },
      multiValueHeaders: { Authorization: ['Bearer t'] },
      queryStringParameters: { token: 't' },
      multiValueQueryStringParameters: { token: ['t'] },
      stageVariables: {},
      requestContext: {
        routeKey: '$connect',
        eventType: 'CONNECT',
        stage: 'v1',
        apiId: API_ID,
        identity: { sourceIp: '127.0.0.1' },
      },
    });
  });

  test('adds its context, as strings, to every later event of the connection', async () => {
    const { functions, url } = await authorized(() => allow({ tunnelId: 'demo', level: 7, admin: true }));
    const client = await connectClient(url);
    client.send('hi');
    client.ws.close();
    await eventually(() => functions.eventsOf('main').length === 2);
    const events = [...functions.eventsOf('connect'), ...functions.eventsOf('main')] as {
      requestContext: Record<string, unknown>;
    }[];
    const ids = new Set(events.map(({ requestContext }) => requestContext['connectionId']));
    expect(ids.size).toBe(1);
    for (const { requestContext } of events) {
      expect(requestContext['authorizer']).toEqual({
        principalId: 'owner-1',
        tunnelId: 'demo',
        level: '7',
        admin: 'true',
      });
    }
  });

  test('is not invoked if an identity source is missing, and the client gets 401', async () => {
    const { functions, url } = await authorized(() => allow(), {}, 'route.request.header.Authorization', 'route.request.querystring.name');
    const refusal = await refusedConnect(`${url}?name=demo`);
    expect(refusal.status).toBe(401);
    expect(JSON.parse(refusal.body)).toMatchObject({ message: 'Unauthorized' });
    expect((await refusedConnect(url, { headers: { Authorization: 'x' } })).status).toBe(401);
    expect(functions.invocations).toEqual([]);
    await connectClient(`${url}?name=demo`, { headers: { authorization: 'x' } });
  });

  test.each([
    [
      'throws Unauthorized',
      () => {
        throw new Error('Unauthorized');
      },
      401,
      'Unauthorized',
    ],
    [
      'throws another error',
      () => {
        throw new Error('Unauthorized!');
      },
      500,
      'Internal server error',
    ],
    [
      'is throttled',
      () => {
        throw new ThrottledError();
      },
      500,
      'Internal server error',
    ],
    ['denies', () => allow({}, METHOD_ARN, 'Deny'), 403, 'User is not authorized to access this resource with an explicit deny'],
    [
      'both allows and denies',
      () => {
        const { policyDocument, ...rest } = allow();
        const Statement = [...policyDocument.Statement, { Action: '*', Effect: 'Deny', Resource: '*' }];
        return { ...rest, policyDocument: { Statement } };
      },
      403,
      'User is not authorized to access this resource with an explicit deny',
    ],
    ['allows another resource', () => allow({}, METHOD_ARN.replace('v1', 'v2')), 403, 'User is not authorized to access this resource'],
    ['returns nothing', () => undefined, 500, 'Internal server error'],
    ['names no principal', () => ({ ...allow(), principalId: undefined }), 500, 'Internal server error'],
    ['returns a nested context', () => allow({ owner: { id: 1 } }), 500, 'Internal server error'],
    ['returns a context with a list', () => allow({ owners: ['a'] }), 500, 'Internal server error'],
    ['returns an invalid effect', () => allow({}, METHOD_ARN, 'Maybe'), 500, 'Internal server error'],
  ])('that %s refuses the handshake', async (_what, authorizer, status, message) => {
    const { functions, url } = await authorized(authorizer);
    const refusal = await refusedConnect(url);
    expect({
      status: refusal.status,
      message: (JSON.parse(refusal.body) as { message: string }).message,
    }).toEqual({ status, message });
    expect(functions.eventsOf('connect')).toEqual([]);
  });

  test.each([
    ['a wildcard in the resource', METHOD_ARN.replace('v1/$connect', '*')],
    ['a list of resources', ['arn:aws:x', METHOD_ARN]],
  ])('may allow the connection by %s', async (_what, resource) => {
    const { url } = await authorized(() => allow({}, resource));
    await connectClient(url);
  });

  test('without a permission for API Gateway causes 500 and a warning', async () => {
    const { url, warnings } = await authorized(() => allow(), { permitted: ['connect', 'main'] });
    expect((await refusedConnect(url)).status).toBe(500);
    expect(warnings.join()).toContain(`:${API_ID}/authorizers/auth01"`);
  });
});

describe('a handshake that must be signed', () => {
  test('records the principal of the connection', async () => {
    const { gateway, url } = await startGateway({ routes: wakeRoutes() });
    await connectClient(url, await signedConnect(url));
    expect(gateway.connections(API_ID)).toMatchObject([{ principal: { functionName: 'forward-request' } }]);
  });

  test.each([
    ['is not signed', () => Promise.resolve({}), 'Missing Authentication Token'],
    [
      'is signed with another secret',
      (url: string) => signedConnect(url, { secret: 'x' }),
      /^The request signature we calculated does not match/,
    ],
    ['has an expired signature', (url: string) => signedConnect(url, { at: new Date(Date.now() - 6 * 60_000) }), /^Signature expired/],
  ])('is refused with 403 if it %s', async (_what, options, message) => {
    const { url } = await startGateway({ routes: wakeRoutes() });
    const refusal = await refusedConnect(url, await options(url));
    expect(refusal.status).toBe(403);
    expect((JSON.parse(refusal.body) as { message: string }).message).toMatch(message);
    expect(refusal.headers['x-amzn-errortype']).toMatch(/Exception$/);
  });

  test('goes through the interceptor, which may refuse the handshake', async () => {
    const calls: unknown[] = [];
    const { url } = await startGateway({
      routes: wakeRoutes(),
      intercept: (call) => {
        calls.push({ ...call, caller: call.caller.functionName });
        return Promise.resolve({ status: 403, body: '' });
      },
    });
    expect((await refusedConnect(url, await signedConnect(url))).status).toBe(403);
    const input = { apiId: API_ID, stage: 'v1', routeKey: '$connect' };
    expect(calls).toMatchObject([{ service: 'execute-api', operation: 'Invoke', caller: 'forward-request', input }]);
  });
});
