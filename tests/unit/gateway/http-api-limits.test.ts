import { connect } from 'node:net';
import { GatewayBootError } from '../../../emulator/gateway/gateway-boot-error';
import { HttpApiEdge } from '../../../emulator/gateway/http-api/http-api-edge';
import { AWS_LIMITS } from '../../../emulator/limits';
import { httpApi, httpRoute, startEdge, type TestEdge, type TestEdgeOptions } from '../../support/gateway-edge';
import { FunctionTable, ThrottledError, type TestFunction } from '../../support/gateway-functions';
import { parseResponse, rawRequest, sendRaw } from '../../support/gateway-raw-http';
import { eventually } from '../../support/eventually';

const edges: TestEdge[] = [];
async function start(visitor: TestFunction, options?: TestEdgeOptions): Promise<TestEdge> {
  const edge = await startEdge(visitor, options);
  edges.push(edge);
  return edge;
}
afterEach(() => Promise.all(edges.splice(0).map((edge) => edge.close())));

const get = (edge: TestEdge) => rawRequest(edge.port, 'GET / HTTP/1.1');
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const post = (bytes: number, type = 'text/plain'): string =>
  `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: ${type}\r\nContent-Length: ${bytes}\r\n\r\n${'a'.repeat(bytes)}`;

describe('an HTTP API answers with its own body and the status', () => {
  test('500 if the function throws', async () => {
    const edge = await start(() => {
      throw new Error('a secret of the function');
    });
    expect(await get(edge)).toMatchObject({ status: 500, body: '{"message":"Internal Server Error"}' });
  });

  test('503 if the function is throttled', async () => {
    const edge = await start(() => {
      throw new ThrottledError();
    });
    expect(await get(edge)).toMatchObject({ status: 503, body: '{"message":"Service Unavailable"}' });
  });

  test('503 if the function exceeds the integration time-out, while the function continues to run', async () => {
    let finish = (): void => undefined;
    const mayFinish = new Promise<void>((resolve) => (finish = resolve));
    let finished = false;
    const edge = await start(
      async () => {
        await mayFinish;
        finished = true;
        return { statusCode: 200 };
      },
      { limits: { integrationTimeoutMs: 40 } },
    );
    expect(await get(edge)).toMatchObject({ status: 503, body: '{"message":"Service Unavailable"}' });
    finish();
    await eventually(() => finished);
  });

  test('500 if API Gateway may not invoke the function, and a warning names the missing permission', async () => {
    const edge = await start(() => ({ statusCode: 200 }), {
      permissionSource: 'arn:aws:execute-api:eu-central-1:000000000000:other/*',
    });
    expect(await get(edge)).toMatchObject({ status: 500, body: '{"message":"Internal Server Error"}' });
    expect(edge.functions.invocations).toHaveLength(0);
    expect(edge.warnings).toEqual([
      'aws_apigatewayv2_integration.visitor: API Gateway may not invoke arn:aws:lambda:eu-central-1:000000000000:function:visitor; ' +
        'add an aws_lambda_permission for apigateway.amazonaws.com with ' +
        'source_arn = "arn:aws:execute-api:eu-central-1:000000000000:abcdef1234/$default/$default"',
    ]);
  });

  test('500 if the function does not exist', async () => {
    const edge = await start(() => ({}), { api: { routes: [httpRoute('$default', 'gone')] } });
    expect((await get(edge)).status).toBe(500);
    expect(edge.warnings.join()).toContain('no function arn:aws:lambda:eu-central-1:000000000000:function:gone');
  });
});

describe('a request body', () => {
  test('above the payload limit gets 413, with a Content-Length or in chunks', async () => {
    const edge = await start(() => ({ statusCode: 200 }), { limits: { payloadBytes: 1000 } });
    expect(parseResponse(await sendRaw(edge.port, post(1001)))).toMatchObject({
      status: 413,
      body: '{"message":"Request Entity Too Large"}',
    });
    const chunk = `${(600).toString(16)}\r\n${'a'.repeat(600)}\r\n`;
    const chunked = `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}${chunk}0\r\n\r\n`;
    expect(parseResponse(await sendRaw(edge.port, chunked)).status).toBe(413);
    expect(edge.events()).toHaveLength(0);
    expect(parseResponse(await sendRaw(edge.port, post(1000))).status).toBe(200);
  });

  test('that is too large for the function after base64 encoding gets 413', async () => {
    const edge = await start(() => ({ statusCode: 200 }));
    const bytes = 5 * 1024 * 1024;
    expect(parseResponse(await sendRaw(edge.port, post(bytes, 'application/octet-stream'))).status).toBe(413);
    expect(parseResponse(await sendRaw(edge.port, post(bytes))).status).toBe(200);
  });
});

describe('a visitor who disconnects', () => {
  test('while the function runs stops neither the function nor the HTTP API', async () => {
    let finished = false;
    const edge = await start(async () => {
      await pause(50);
      finished = true;
      return { statusCode: 200, body: 'x'.repeat(100_000) };
    });
    const socket = connect(edge.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await eventually(() => edge.events().length === 1);
    socket.destroy();
    await eventually(() => finished);
    expect((await get(edge)).status).toBe(200);
  });

  test('in the middle of the request body starts no function', async () => {
    const edge = await start(() => ({ statusCode: 200 }));
    const socket = connect(edge.port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc');
    await pause(30);
    socket.destroy();
    expect((await get(edge)).status).toBe(200);
    expect(edge.events()).toHaveLength(1);
  });
});

describe('routes of an HTTP API', () => {
  test('are tried in the order exact route, ANY route, $default route', async () => {
    const routes = [httpRoute('$default'), httpRoute('ANY /health'), httpRoute('GET /health')];
    const edge = await start((event: { routeKey: string }) => ({ statusCode: 200, body: event.routeKey }), {
      api: { routes },
    });
    const routed = async (line: string) => (await rawRequest(edge.port, line)).body;
    expect(await routed('GET /health HTTP/1.1')).toBe('GET /health');
    expect(await routed('POST /health HTTP/1.1')).toBe('ANY /health');
    expect(await routed('GET /health/x HTTP/1.1')).toBe('$default');
  });

  test('that do not match a request lead to 404', async () => {
    const edge = await start(() => ({}), { api: { routes: [httpRoute('GET /health')] } });
    expect(await get(edge)).toMatchObject({ status: 404, body: '{"message":"Not Found"}' });
  });

  test.each([
    [{ routes: [httpRoute('GET /pets/{id}')] }, /aws_apigatewayv2_route\.visitor\.route_key is "GET \/pets\/\{id\}": the local edge knows/],
    [{ stageName: 'v1' }, /aws_apigatewayv2_api\.visitor-api: its stage is "v1"/],
  ])('and stages that the local HTTP API does not support stop the boot (%#)', (api, message) => {
    const options = {
      invoker: new FunctionTable({}),
      permissions: { allows: () => true },
      limits: AWS_LIMITS.httpApi,
      accountId: '000000000000',
      log: { warn: () => undefined },
    };
    expect(() => new HttpApiEdge({ ...options, api: httpApi(api) })).toThrow(GatewayBootError);
    expect(() => new HttpApiEdge({ ...options, api: httpApi(api) })).toThrow(message);
  });
});
