/** The operations of the SQS API (AWS JSON) with which people and scripts look at dead letters. */
import { createHash } from 'node:crypto';
import { AwsError } from '../services';
import type { ServiceApi } from '../services';
import type { QueueSpec } from '../specs';
import type { Queue, ReceivedMessage } from './queue';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const MAX_MESSAGE_BYTES = 1024 * 1024;
const DEFAULT_VISIBILITY_TIMEOUT_S = 30;
const MAX_VISIBILITY_TIMEOUT_S = 12 * 60 * 60;
const MAX_WAIT_S = 20;
const MAX_DELAY_S = 15 * 60;

interface Hosted {
  readonly spec: QueueSpec;
  readonly queue: Queue;
}
type Input = Readonly<Record<string, unknown>>;
type Operation = (input: Input, hosted: Hosted) => object | Promise<object>;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  GetQueueUrl: (_input, { spec }) => ({ QueueUrl: spec.url }),
  SendMessage: sendMessage,
  ReceiveMessage: receiveMessage,
  DeleteMessage: (input, { queue }) => {
    queue.delete(String(input['ReceiptHandle']));
    return {};
  },
  PurgeQueue: (_input, { queue }) => {
    queue.purge();
    return {};
  },
  GetQueueAttributes: (input, hosted) => ({
    Attributes: pick(attributesOf(hosted), input['AttributeNames']),
  }),
};

export function sqsService(queues: readonly Hosted[]): ServiceApi {
  return async ({ operation, input }) => {
    const run = Object.hasOwn(OPERATIONS, operation) ? OPERATIONS[operation] : undefined;
    if (!run) {
      const known = Object.keys(OPERATIONS).join(', ');
      throw new AwsError(400, 'UnknownOperationException', `sqs:${operation} is not emulated by the local cloud, which knows ${known}`);
    }
    const { QueueName, QueueUrl } = input;
    const hosted = queues.find(({ spec }) => (operation === 'GetQueueUrl' ? spec.name === QueueName : spec.url === QueueUrl));
    if (!hosted) {
      const known = queues.map(({ spec }) => spec.url).join(', ') || 'none';
      const asked = String(QueueUrl ?? QueueName);
      throw new AwsError(400, 'QueueDoesNotExist', `The specified queue ${asked} does not exist; the stack has ${known}`);
    }
    return { status: 200, body: JSON.stringify(await run(input, hosted)) };
  };
}

function sendMessage(input: Input, { queue }: Hosted): object {
  const body = input['MessageBody'];
  if (typeof body !== 'string' || body === '' || Buffer.byteLength(body) > MAX_MESSAGE_BYTES) {
    throw invalid(`MessageBody must be a text of 1 to ${MAX_MESSAGE_BYTES} bytes`);
  }
  const delayMs = number(input, 'DelaySeconds', 0, 0, MAX_DELAY_S) * 1000;
  const { messageId } = queue.send(body, textAttributes(input['MessageAttributes'] ?? {}), delayMs);
  return { MessageId: messageId, MD5OfMessageBody: md5(body) };
}

async function receiveMessage(input: Input, { queue }: Hosted): Promise<object> {
  const messages = await queue.receive({
    maxMessages: number(input, 'MaxNumberOfMessages', 1, 1, 10),
    visibilityTimeoutMs: number(input, 'VisibilityTimeout', DEFAULT_VISIBILITY_TIMEOUT_S, 0, MAX_VISIBILITY_TIMEOUT_S) * 1000,
    waitMs: number(input, 'WaitTimeSeconds', 0, 0, MAX_WAIT_S) * 1000,
  });
  return messages.length === 0 ? {} : { Messages: messages.map((message) => describe(message, input)) };
}

function describe(message: ReceivedMessage, input: Input): object {
  const system = {
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
  };
  const own = Object.entries(pick(message.attributes, input['MessageAttributeNames'])).map(([name, value]) => [
    name,
    { DataType: 'String', StringValue: value },
  ]);
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    MD5OfBody: md5(message.body),
    Attributes: pick(system, input['MessageSystemAttributeNames'] ?? input['AttributeNames']),
    ...(own.length > 0 && { MessageAttributes: Object.fromEntries(own) as object }),
  };
}

function attributesOf({ spec, queue }: Hosted): Record<string, string> {
  const { visible, inFlight, delayed } = queue.counts();
  return {
    QueueArn: spec.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    VisibilityTimeout: String(DEFAULT_VISIBILITY_TIMEOUT_S),
  };
}

/** The attributes that the caller asked for, by name or with `All`. */
function pick(attributes: Readonly<Record<string, string>>, names: unknown): Record<string, string> {
  const asked = Array.isArray(names) ? (names as unknown[]) : [];
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => asked.includes('All') || asked.includes(name)));
}

function textAttributes(attributes: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes as Record<string, { StringValue?: unknown }>).map(([name, { StringValue }]) => {
      if (typeof StringValue === 'string') return [name, StringValue];
      throw invalid(`MessageAttributes.${name} has no StringValue; the local cloud keeps text attributes only`);
    }),
  );
}

function number(input: Input, name: string, otherwise: number, least: number, most: number): number {
  const value = input[name] ?? otherwise;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalid(
    `Value ${JSON.stringify(value)} for parameter ${name} is invalid. Reason: must be between ${least} and ${most}, if provided.`,
  );
}

const invalid = (message: string): AwsError => new AwsError(400, 'InvalidParameterValue', message);
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
