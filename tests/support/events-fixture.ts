/** Test doubles for the services that event buses and mappings call, and specs for buses and mappings. */
import type { FunctionInvoker, InvokeResult, Queues, Sender, StreamRecord, StreamSource } from '../../emulator/services';
import type { MappingSpec, RuleSpec, TargetSpec } from '../../emulator/specs';

export const REGION = 'eu-central-1';
export const ACCOUNT_ID = '000000000000';
export const FUNCTION_ARN = `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:wake-waiter`;
export const QUEUE_ARN = `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:dead-letters`;
export const STREAM_ARN = `arn:aws:dynamodb:${REGION}:${ACCOUNT_ID}:table/pending/stream/now`;

export interface SeenInvocation {
  readonly functionArn: string;
  readonly payload: unknown;
  readonly traceHeader: string | undefined;
}

/** Records invocations, and answers as the test says. */
export class FakeInvoker implements FunctionInvoker {
  readonly invocations: SeenInvocation[] = [];
  /** How a synchronous invocation ends. */
  answer: (payload: unknown) => InvokeResult | Promise<InvokeResult> = () => ({ kind: 'ok', payload: null });
  /** Throws to refuse an asynchronous invocation. */
  accept: () => void = () => undefined;

  async invoke(functionArn: string, payload: unknown): Promise<InvokeResult> {
    this.invocations.push({ functionArn, payload, traceHeader: undefined });
    return this.answer(payload);
  }

  invokeAsync(functionArn: string, payload: unknown, options: { traceHeader?: string } = {}): void {
    this.invocations.push({ functionArn, payload, traceHeader: options.traceHeader });
    this.accept();
  }
}

export interface SentMessage {
  readonly queueArn: string;
  readonly body: unknown;
  readonly sender: Sender;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Records the sent messages, with parsed bodies. */
export class FakeQueues implements Queues {
  readonly sent: SentMessage[] = [];
  refuse = false;

  send(queueArn: string, body: string, sender: Sender, attributes: Readonly<Record<string, string>> = {}): void {
    if (this.refuse) throw new Error('the queue is gone');
    this.sent.push({ queueArn, body: JSON.parse(body) as unknown, sender, attributes });
  }

  messages(): [] {
    return [];
  }
}

/** A stream as a list; sequence numbers count from 1. */
export class FakeStream implements StreamSource {
  readonly records: { readonly record: StreamRecord; readonly at: number }[] = [];
  reads = 0;

  /** @param at ms since the epoch */
  add(key: string, at = Date.now(), image: Record<string, unknown> = { status: { S: 'completed' } }): void {
    const SequenceNumber = String(this.records.length + 1).padStart(6, '0');
    this.records.push({ record: recordOf(key, SequenceNumber, image), at });
  }

  read(_streamArn: string, after: string | undefined, limit: number): { records: StreamRecord[]; at: number[] } {
    this.reads += 1;
    const next = this.records.filter(({ record }) => after === undefined || record.dynamodb.SequenceNumber > after).slice(0, limit);
    return { records: next.map(({ record }) => record), at: next.map(({ at }) => at) };
  }

  latest(): string | undefined {
    return this.records.at(-1)?.record.dynamodb.SequenceNumber;
  }
}

function recordOf(key: string, SequenceNumber: string, image: Record<string, unknown>): StreamRecord {
  return {
    eventID: SequenceNumber,
    eventName: 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: REGION,
    eventSourceARN: STREAM_ARN,
    dynamodb: {
      ApproximateCreationDateTime: 0,
      Keys: { requestId: { S: key } },
      NewImage: { requestId: { S: key }, ...image },
      SequenceNumber,
      SizeBytes: 26,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  };
}

/** The keys of the records in the payload of an invocation. */
export const keysOf = (payload: unknown): string[] =>
  (payload as { Records: StreamRecord[] }).Records.map(({ dynamodb }) => (dynamodb.Keys['requestId'] as { S: string }).S);

export const ruleArnOf = (name: string): string => `arn:aws:events:${REGION}:${ACCOUNT_ID}:rule/${name}`;

export function target(spec: Partial<TargetSpec> = {}): TargetSpec {
  return {
    address: 'aws_cloudwatch_event_target.wake',
    id: 'wake',
    arn: FUNCTION_ARN,
    maxRetries: 2,
    maxEventAgeMs: 60_000,
    deadLetterArn: QUEUE_ARN,
    ...spec,
  };
}

export function rule(spec: Partial<RuleSpec> = {}): RuleSpec {
  const name = spec.name ?? 'response-ready';
  return {
    address: `aws_cloudwatch_event_rule.${name}`,
    name,
    arn: ruleArnOf(name),
    busName: 'responses',
    enabled: true,
    targets: [target()],
    ...(spec.schedule === undefined && { pattern: { source: ['http-tunnel'] } }),
    ...spec,
  };
}

export function mapping(spec: Partial<MappingSpec> = {}): MappingSpec {
  return {
    address: 'aws_lambda_event_source_mapping.responses',
    streamArn: STREAM_ARN,
    functionArn: FUNCTION_ARN,
    startingPosition: 'TRIM_HORIZON',
    batchSize: 100,
    batchingWindowMs: 0,
    parallelizationFactor: 1,
    filters: [],
    maxRetries: 2,
    maxRecordAgeMs: 60_000,
    bisectOnError: false,
    reportsItemFailures: false,
    onFailureArn: QUEUE_ARN,
    ...spec,
  };
}
