import { crc32 } from 'node:zlib';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SSMClient, GetParameterCommand } from '@aws-sdk/client-ssm';
import { AwsError } from '../../../emulator/services';
import type { AwsCall, ServiceApi } from '../../../emulator/services';
import { clientSettings, FORWARD_REQUEST, startEndpoint, SWEEP } from '../../support/dynamodb-endpoint';
import { signedCall } from '../../support/signed-call';

type Endpoint = Awaited<ReturnType<typeof startEndpoint>>;

const calls: AwsCall[] = [];
const echo: ServiceApi = async (call) => {
  calls.push(call);
  if (call.input['fail'] === 'aws') throw new AwsError(400, 'ResourceNotFoundException', 'no such thing');
  if (call.input['fail'] === 'bug') throw new Error('a bug of ours');
  return { status: 200, body: JSON.stringify({ said: call.input }) };
};

let endpoint: Endpoint;
beforeAll(async () => {
  endpoint = await startEndpoint({ dynamodb: echo, events: echo, ssm: echo });
});
afterAll(() => endpoint.close());
beforeEach(() => {
  calls.length = 0;
});

const getItem = (input: unknown, options = {}) => signedCall(endpoint.url, 'dynamodb', 'DynamoDB_20120810.GetItem', input, options);

test('the endpoint calls a service with the operation, the input and the function that signed the call', async () => {
  const reply = await getItem({ TableName: 'tunnels' }, { caller: SWEEP });
  expect(reply).toMatchObject({ status: 200, body: { said: { TableName: 'tunnels' } } });
  expect(calls).toMatchObject([{ service: 'dynamodb', operation: 'GetItem', caller: SWEEP, input: { TableName: 'tunnels' } }]);
});

test('an answer has a request id, the content type of its protocol and, for DynamoDB, a checksum', async () => {
  const { headers, body } = await getItem({ text: 'ü' });
  expect(headers.get('x-amzn-requestid')).toMatch(/^[\w-]{36}$/);
  expect(headers.get('content-type')).toBe('application/x-amz-json-1.0');
  expect(headers.get('x-amz-crc32')).toBe(String(crc32(JSON.stringify(body))));
  const parameter = await signedCall(endpoint.url, 'ssm', 'AmazonSSM.GetParameter', {});
  expect(parameter.headers.get('content-type')).toBe('application/x-amz-json-1.1');
  expect(parameter.headers.get('x-amz-crc32')).toBeNull();
});

test('the endpoint understands calls of the SDK clients for EventBridge and SSM', async () => {
  const events = new EventBridgeClient(clientSettings(endpoint.url));
  const ssm = new SSMClient(clientSettings(endpoint.url));
  const Entries = [{ Source: 'http-tunnel', DetailType: 'HttpResponseReady', Detail: '{}' }];
  await events.send(new PutEventsCommand({ Entries }));
  await ssm.send(new GetParameterCommand({ Name: '/key' }));
  expect(calls.map(({ service, operation, input }) => [service, operation, input])).toEqual([
    ['events', 'PutEvents', { Entries }],
    ['ssm', 'GetParameter', { Name: '/key' }],
  ]);
  events.destroy();
  ssm.destroy();
});

test.each([
  ['dynamodb', 'DynamoDB_20120810.GetItem', 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException'],
  ['ssm', 'AmazonSSM.GetParameter', 'ResourceNotFoundException'],
])('an error of %s has the error type that AWS sends', async (service, target, type) => {
  const reply = await signedCall(endpoint.url, service, target, { fail: 'aws' });
  expect(reply).toMatchObject({ status: 400, body: { __type: type, message: 'no such thing' } });
});

test('a failure inside the local cloud is answered with 500, and a warning names the call', async () => {
  const { status, body } = await getItem({ fail: 'bug' });
  expect({ status, body }).toEqual({
    status: 500,
    body: { __type: 'com.amazon.coral.service#InternalFailure', message: 'a bug of ours' },
  });
  expect(endpoint.warnings).toEqual([expect.stringContaining('dynamodb:GetItem failed')]);
});

test.each([
  ['an unknown access key', { caller: { ...FORWARD_REQUEST, accessKeyId: 'AKIANOBODY' } }, 'UnrecognizedClientException'],
  ['a wrong secret key', { caller: { ...FORWARD_REQUEST, secretAccessKey: 'guess' } }, 'InvalidSignatureException'],
  ['a body that was changed after the signature', { tamperedBody: '{"TableName":"other"}' }, 'InvalidSignatureException'],
])('a call with %s is refused before it reaches a service', async (_what, options, code) => {
  const { status, body } = await getItem({ TableName: 'tunnels' }, options);
  expect([status, body['__type']]).toEqual([400, `com.amazon.coral.service#${code}`]);
  expect(calls).toEqual([]);
});

test('a call that is signed for another service is refused', async () => {
  const { body } = await signedCall(endpoint.url, 'ssm', 'DynamoDB_20120810.GetItem', {});
  expect(body).toMatchObject({ message: expect.stringContaining("correct service: 'dynamodb'") as string });
  expect(calls).toEqual([]);
});

test.each(['Kinesis_20131202.PutRecord', 'AmazonSQS.SendMessage', 'constructor.x', 'DynamoDB_20120810'])(
  'the unknown target %s is refused with an error that names the target',
  async (target) => {
    const { status, body } = await signedCall(endpoint.url, 'dynamodb', target, {});
    expect(status).toBe(400);
    expect(body).toEqual({
      __type: expect.stringContaining('UnknownOperationException') as string,
      message: expect.stringMatching(new RegExp(`${target} is not emulated by the local cloud`)) as string,
    });
  },
);

test('a request without a target is refused with the list of services that the endpoint offers', async () => {
  const response = await fetch(`${endpoint.url}/bucket/key`, { method: 'POST' });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    message: expect.stringMatching(
      /^POST \/bucket\/key .*which emulates dynamodb, events, ssm: s3 and xray by their URLs, the others over AWS JSON/,
    ) as string,
  });
});

test.each(['{"open', '[]', '"text"'])('a body that is not a JSON object (%s) causes a SerializationException', async (text) => {
  const { status, body } = await getItem(text);
  expect([status, body['__type']]).toEqual([400, 'com.amazon.coral.service#SerializationException']);
});

test('a body above 16 MB is refused, and the endpoint still answers the next call', async () => {
  const { status } = await getItem({ text: 'x'.repeat(24 * 1024 * 1024) });
  expect(status).toBe(413);
  expect((await getItem({})).status).toBe(200);
});
