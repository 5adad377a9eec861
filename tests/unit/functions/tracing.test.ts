import type * as XRay from 'aws-xray-sdk-core';
import type * as DynamoDb from '@aws-sdk/client-dynamodb';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type * as Traced from '../../../functions/aws/traced';
import type * as Tracing from '../../../functions/tracing';
import { parseDatagram } from '../../../emulator/xray/xray-daemon';
import type { Segment } from '../../../emulator/xray/segment';
import { eventually } from '../../support/eventually';
import { listenOnAnyPort } from '../../support/listen';

jest.mock('cls-hooked/context', () => jest.requireActual<object>('../../../functions/xray-context'));

const ROOT = '1-5f84c7a1-0123456789abcdef01234567';
const SAMPLED = `Root=${ROOT};Parent=53995c3f42cd8ad8;Sampled=1`;
const NOT_SAMPLED = SAMPLED.replace('Sampled=1', 'Sampled=0');

/** A table that answers, but fails every second call. */
let table: Server;
let endpoint: string;
const traceHeaders: (string | undefined)[] = [];
let calls = 0;
beforeEach(async () => {
  calls = 0;
  traceHeaders.length = 0;
  const received: Segment[] = [];
  segments = received;
  daemon = createSocket('udp4');
  daemon.on('message', (datagram) => received.push(...[parseDatagram(datagram.toString())].flatMap((segment) => segment ?? [])));
  daemon.bind(0, '127.0.0.1');
  await once(daemon, 'listening');
});
afterEach(() => void daemon.close());
/** A daemon for each test, so that a late segment of one test does not reach the next test. */
let daemon: Socket;
let segments: Segment[] = [];
const environment = { ...process.env };

beforeAll(async () => {
  table = createServer((request, response) => {
    traceHeaders.push(request.headers['x-amzn-trace-id'] as string | undefined);
    calls += 1;
    request.resume();
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    response.statusCode = calls % 2 === 0 ? 400 : 200;
    response.end(
      calls % 2 === 0 ? '{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"no such table"}' : '{}',
    );
  });
  endpoint = `http://127.0.0.1:${await listenOnAnyPort(table)}`;
});
afterAll(() => {
  table.close();
  process.env = environment;
});

interface Loaded {
  readonly tracing: typeof Tracing;
  readonly xray: typeof XRay;
  readonly client: DynamoDb.DynamoDBClient;
}

/** Loads a function's tracing as at the start of an execution environment, with its own client. */
function load(variables: Record<string, string>): Loaded {
  Object.assign(process.env, {
    LAMBDA_TASK_ROOT: '/var/task',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'k',
    AWS_SECRET_ACCESS_KEY: 's',
    AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${daemon.address().port}`,
    POWERTOOLS_TRACE_ENABLED: 'true',
    POWERTOOLS_SERVICE_NAME: 'forward-request',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    _X_AMZN_TRACE_ID: SAMPLED,
    ...variables,
  });
  jest.resetModules();
  const { DynamoDBClient } = jest.requireActual<typeof DynamoDb>('@aws-sdk/client-dynamodb');
  const { traced } = jest.requireActual<typeof Traced>('../../../functions/aws/traced');
  return {
    tracing: jest.requireActual<typeof Tracing>('../../../functions/tracing'),
    xray: jest.requireActual<typeof XRay>('aws-xray-sdk-core'),
    client: traced(new DynamoDBClient({ endpoint, maxAttempts: 1 })),
  };
}

/** Makes the calls of a request: two calls, the second of which fails. @returns the name of the error */
async function request({ tracing, client }: Loaded): Promise<string> {
  const { GetItemCommand } = jest.requireActual<typeof DynamoDb>('@aws-sdk/client-dynamodb');
  const get = new GetItemCommand({ TableName: 'tunnels', Key: { tunnelId: { S: 'demo' } } });
  calls = 0;
  traceHeaders.length = 0;
  const handler = await tracing.openHandlerSpan();
  tracing.annotate({ requestId: 'r-1', tunnelId: 'demo', mode: undefined });
  const part = tracing.openSpan('## answer', { requestId: 'r-2' });
  await client.send(get);
  const error = await client.send(get).then(
    () => 'none',
    (reason: Error) => reason.name,
  );
  part.close({ failed: true });
  handler.close();
  return error;
}

test('the handler, a span in it and its AWS calls become X-Ray segments below the segment of Lambda', async () => {
  expect(await request(load({}))).toBe('ResourceNotFoundException');
  await eventually(() => expect(segments).toHaveLength(4));
  const handler = segments.find(({ name }) => name === '## handler');
  const [good, bad] = segments.filter(({ name }) => name === 'DynamoDB');
  expect(handler).toMatchObject({
    trace_id: ROOT,
    parent_id: '53995c3f42cd8ad8',
    annotations: { requestId: 'r-1', tunnelId: 'demo', Service: 'forward-request', ColdStart: true },
  });
  expect(segments.find(({ name }) => name === '## answer')).toMatchObject({
    parent_id: handler?.id,
    fault: true,
    annotations: { requestId: 'r-2' },
  });
  expect(good).toMatchObject({
    parent_id: handler?.id,
    namespace: 'aws',
    aws: { operation: 'GetItem', table_name: 'tunnels' },
    http: { response: { status: 200 } },
  });
  expect(bad).toMatchObject({ error: true, cause: { exceptions: [{ type: 'ResourceNotFoundException' }] } });
  expect(traceHeaders).toEqual([good, bad].map((call) => `Root=${ROOT};Parent=${call?.id};Sampled=1`));
});

test('a handler and an AWS call that ends after the handler are both recorded', async () => {
  const { tracing } = load({});
  const handler = await tracing.openHandlerSpan();
  const call = tracing.openCall({ service: 'DynamoDB', operation: 'PutItem', region: 'r', tableName: 't' });
  handler.close();
  call.end({ status: 200, awsRequestId: undefined });
  await eventually(() => expect(segments.map(({ name }) => name)).toEqual(['## handler', 'DynamoDB']));
  expect(segments[1]?.parent_id).toBe(segments[0]?.id);
});

test('only the first invocation is a cold start, also if it was not sampled', async () => {
  const loaded = load({ _X_AMZN_TRACE_ID: NOT_SAMPLED });
  await request(loaded);
  process.env['_X_AMZN_TRACE_ID'] = SAMPLED;
  await request(loaded);
  await eventually(() => expect(segments.find(({ name }) => name === '## handler')).toMatchObject({ annotations: { ColdStart: false } }));
});

test('an invocation that is not sampled sends no segments and no trace header', async () => {
  expect(await request(load({ _X_AMZN_TRACE_ID: NOT_SAMPLED }))).toBe('ResourceNotFoundException');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(segments).toEqual([]);
  expect(traceHeaders).toEqual([undefined, undefined]);
});

describe('a request makes its AWS calls with the same results', () => {
  // The SDK prints errors about the inputs of these tests.
  beforeAll(() => void jest.spyOn(console, 'error').mockImplementation());
  afterAll(() => jest.restoreAllMocks());

  const unharmed = async (loaded: Loaded): Promise<void> => {
    expect(await request(loaded)).toBe('ResourceNotFoundException');
    expect(calls).toBe(2);
  };

  test('if no X-Ray daemon runs', async () => {
    const dead = createSocket('udp4').bind(0, '127.0.0.1');
    await once(dead, 'listening');
    const { port } = dead.address();
    dead.close();
    await unharmed(load({ AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${port}` }));
  });

  test.each(['Root=nonsense;Parent=;Sampled=1', 'Sampled=1', ';;=;Sampled=1;', ''])('if the trace header is "%s"', async (header) => {
    await unharmed(load({ _X_AMZN_TRACE_ID: header }));
  });

  test.each(['addNewSubsegment', 'addAnnotation', 'addAttribute', 'addErrorFlag', 'addFaultFlag', 'close', 'flush', 'serialize'])(
    'if %s() of a segment throws',
    async (method) => {
      const loaded = load({});
      const broken = (): never => {
        throw new Error(`${method} is broken`);
      };
      const { Subsegment } = loaded.xray as unknown as { Subsegment: { prototype: Record<string, unknown> } };
      Subsegment.prototype[method] = broken;
      Object.assign(loaded.xray.getSegment() ?? {}, method === 'addNewSubsegment' ? { [method]: broken } : {});
      await unharmed(loaded);
    },
  );
});
