import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalQueues } from '../../../emulator/sqs/local-queues';
import { startEndpoint } from '../../support/dynamodb-endpoint';
import { signedCall } from '../../support/signed-call';

const QUEUE = {
  address: 'aws_sqs_queue.failures',
  name: 'http-tunnel-local-failures',
  arn: 'arn:aws:sqs:eu-central-1:123456789012:http-tunnel-local-failures',
  url: 'https://sqs.eu-central-1.amazonaws.com/123456789012/http-tunnel-local-failures',
};

interface Message {
  MessageId: string;
  ReceiptHandle: string;
  Body: string;
  MD5OfBody: string;
  Attributes: Record<string, string>;
  MessageAttributes?: Record<string, { DataType: string; StringValue: string }>;
}

let now = 0;
/** The sender's rights are checked before, in tests/unit/iam. */
const SENDER = { service: 'events.amazonaws.com', sourceArn: 'arn:rule' };

let queues: LocalQueues;
let endpoint: Awaited<ReturnType<typeof startEndpoint>>;
beforeEach(async () => {
  now = Date.now();
  queues = new LocalQueues([QUEUE], () => now);
  endpoint = await startEndpoint({ sqs: queues.service });
});
afterEach(() => endpoint.close());

const sqs = (operation: string, input: object = {}) =>
  signedCall(endpoint.url, 'sqs', `AmazonSQS.${operation}`, { QueueUrl: QUEUE.url, ...input });
async function receive(input: object = {}): Promise<Message[]> {
  const { body } = await sqs('ReceiveMessage', input);
  return (body['Messages'] ?? []) as Message[];
}
async function counts(): Promise<string[]> {
  const { body } = await sqs('GetQueueAttributes', { AttributeNames: ['All'] });
  const attributes = body['Attributes'] as Record<string, string>;
  return [attributes['ApproximateNumberOfMessages']!, attributes['ApproximateNumberOfMessagesNotVisible']!];
}

test('a message of the local cloud can be received over the API, with its attributes', async () => {
  queues.send(QUEUE.arn, '{"lost":1}', SENDER, { RULE_ARN: 'arn:rule' });
  expect(queues.messages(QUEUE.arn)).toMatchObject([{ body: '{"lost":1}', attributes: { RULE_ARN: 'arn:rule' }, sentAt: now }]);
  const [message] = await receive({ MessageAttributeNames: ['All'], AttributeNames: ['All'] });
  expect(message).toMatchObject({
    Body: '{"lost":1}',
    MD5OfBody: createHash('md5').update('{"lost":1}').digest('hex'),
    Attributes: { SentTimestamp: String(now), ApproximateReceiveCount: '1' },
    MessageAttributes: { RULE_ARN: { DataType: 'String', StringValue: 'arn:rule' } },
  });
});

test('a message sent over the API is visible to the local cloud at once, and to receivers after its delay', async () => {
  const MessageAttributes = { Why: { DataType: 'String', StringValue: 'test' } };
  const { body } = await sqs('SendMessage', { MessageBody: 'later', DelaySeconds: 5, MessageAttributes });
  const [message] = queues.messages(QUEUE.arn);
  expect(message).toMatchObject({ messageId: body['MessageId'], body: 'later', attributes: { Why: 'test' } });
  expect(await receive()).toEqual([]);
  now += 5000;
  expect(await receive()).toHaveLength(1);
});

test('a received message is hidden until its visibility timeout, and only its newest receipt handle deletes it', async () => {
  queues.send(QUEUE.arn, 'a', SENDER);
  const [first] = await receive({ VisibilityTimeout: 10 });
  expect(await receive()).toEqual([]);
  expect(await counts()).toEqual(['0', '1']);
  now += 10_000;
  const [again] = await receive({ VisibilityTimeout: 10, AttributeNames: ['ApproximateReceiveCount'] });
  expect(again).toMatchObject({ MessageId: first!.MessageId, Attributes: { ApproximateReceiveCount: '2' } });
  await sqs('DeleteMessage', { ReceiptHandle: first!.ReceiptHandle });
  expect(queues.messages(QUEUE.arn)).toHaveLength(1);
  await sqs('DeleteMessage', { ReceiptHandle: again!.ReceiptHandle });
  expect(queues.messages(QUEUE.arn)).toEqual([]);
});

test('a receiver gets up to ten messages, oldest first, and a purge empties the queue', async () => {
  for (let i = 0; i < 12; i++) queues.send(QUEUE.arn, String(i), SENDER);
  expect((await receive()).map(({ Body }) => Body)).toEqual(['0']);
  expect((await receive({ MaxNumberOfMessages: 10 })).map(({ Body }) => Body)).toEqual([...'123456789', '10']);
  await sqs('PurgeQueue');
  expect(await counts()).toEqual(['0', '0']);
});

test('a long poll ends when the first message arrives', async () => {
  const waiting = receive({ WaitTimeSeconds: 20 });
  await sleep(50);
  queues.send(QUEUE.arn, 'here', SENDER);
  expect((await waiting).map(({ Body }) => Body)).toEqual(['here']);
});

test('a long poll without a message returns an empty answer after its wait time', async () => {
  const real = await startEndpoint({ sqs: new LocalQueues([QUEUE]).service });
  const askedAt = Date.now();
  const { body } = await signedCall(real.url, 'sqs', 'AmazonSQS.ReceiveMessage', { QueueUrl: QUEUE.url, WaitTimeSeconds: 1 });
  expect(body).toEqual({});
  expect(Date.now() - askedAt).toBeGreaterThanOrEqual(1000);
  await real.close();
});

test('a long poll returns a message whose delay ends during the poll', async () => {
  const real = new LocalQueues([QUEUE]);
  const delayed = await startEndpoint({ sqs: real.service });
  const call = (operation: string, input: object) =>
    signedCall(delayed.url, 'sqs', `AmazonSQS.${operation}`, { QueueUrl: QUEUE.url, ...input });
  const sentAt = Date.now();
  await call('SendMessage', { MessageBody: 'soon', DelaySeconds: 1 });
  const { body } = await call('ReceiveMessage', { WaitTimeSeconds: 20 });
  expect(body).toMatchObject({ Messages: [{ Body: 'soon' }] });
  expect(Date.now() - sentAt).toBeGreaterThanOrEqual(1000);
  await delayed.close();
});

test('a queue is found by its name, and an unknown queue causes QueueDoesNotExist', async () => {
  const found = await sqs('GetQueueUrl', { QueueName: QUEUE.name });
  expect(found.body).toEqual({ QueueUrl: QUEUE.url });
  const missing = await sqs('ReceiveMessage', { QueueUrl: 'https://sqs/other' });
  expect(missing).toMatchObject({ status: 400, body: { __type: 'com.amazonaws.sqs#QueueDoesNotExist' } });
  expect(() => queues.send('arn:other', 'x', SENDER)).toThrow(/no queue arn:other; the stack has arn:aws:sqs/);
});

test.each([
  ['ReceiveMessage', { MaxNumberOfMessages: 11 }, 'MaxNumberOfMessages'],
  ['ReceiveMessage', { WaitTimeSeconds: 21 }, 'WaitTimeSeconds'],
  ['SendMessage', { MessageBody: '' }, 'MessageBody'],
  ['SendMessage', { MessageBody: 'x'.repeat(1024 * 1024 + 1) }, 'MessageBody'],
  ['SendMessage', { MessageBody: 'x', MessageAttributes: { B: { DataType: 'Binary', BinaryValue: 'AA==' } } }, 'MessageAttributes.B'],
])('%s refuses an input that is not allowed (case %#)', async (operation, input, named) => {
  const { status, body } = await sqs(operation, input);
  expect(status).toBe(400);
  expect(body['message']).toContain(named);
});
