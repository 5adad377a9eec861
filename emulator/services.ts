/** How the services of the local cloud speak to each other. Each is implemented in its own folder. */
import type { EventEmitter } from 'node:events';

export interface Logger {
  /** One line for people (boot problems, habits of AWS that bite). */
  warn(message: string): void;
}

// --- Lambda ---------------------------------------------------------------------------------------------------------

/** What came of an invocation. */
export type InvokeResult = InvocationOutcome & {
  /** Lambda's id of the invocation, as in its log lines; missing where the function was not run. */
  readonly requestId?: string;
};

export type InvocationOutcome =
  | { readonly kind: 'ok'; readonly payload: unknown }
  /** The function threw, crashed or timed out: what Lambda answers with `X-Amz-Function-Error`. */
  | { readonly kind: 'error'; readonly errorType: string; readonly errorMessage: string }
  /** 429 TooManyRequestsException */
  | { readonly kind: 'throttled'; readonly reason: string };

/**
 * Where an invocation comes from: a visitor's request from outside, everything else (a WebSocket, a stream, a rule, an alarm) from
 * inside. Where invocations wait for an execution environment, those from inside go first, because they release others.
 */
export type Origin = 'inside' | 'outside';

export interface InvokeOptions {
  readonly traceHeader?: string;
  /** `inside` where it is missing. */
  readonly origin?: Origin;
  /** When it aborts, an invocation that still waits for an execution environment is not run at all. */
  readonly signal?: AbortSignal;
}

export interface FunctionInvoker {
  /** RequestResponse: resolves with what the function returned or how it failed; rejects only for an unknown ARN. */
  invoke(functionArn: string, payload: unknown, options?: InvokeOptions): Promise<InvokeResult>;
  /** Event: queued, retried and sent to the on-failure destination as the function's async settings say. */
  invokeAsync(functionArn: string, payload: unknown, options?: { traceHeader?: string }): void;
}

/** Wraps each invocation that an API Gateway asks for: where latency comes in, and those who look on. */
export type InvocationInterceptor = (
  call: { readonly functionArn: string; readonly payload: unknown },
  next: () => Promise<InvokeResult>,
) => Promise<InvokeResult>;

/** One execution environment of a function: a process that is stopped between invocations. */
export interface ExecutionEnvironment extends EventEmitter<{ freeze: []; thaw: []; exit: [] }> {
  readonly id: string;
  readonly functionName: string;
  readonly pid: number;
  /** While true its process does not run: nothing may be delivered to it. */
  readonly frozen: boolean;
  readonly exited: boolean;
}

// --- who calls ------------------------------------------------------------------------------------------------------

/** Whom an access key belongs to. `sessionToken` tells the execution environments of one function apart. */
export interface Principal {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly roleArn: string;
  readonly functionName: string;
  readonly environment?: ExecutionEnvironment;
}

export interface Principals {
  find(accessKeyId: string, sessionToken: string | undefined): Principal | undefined;
}

// --- AWS APIs -------------------------------------------------------------------------------------------------------

export interface AwsCall {
  /** Service prefix as in IAM actions: `dynamodb`, `events`, `ssm`, `sqs`, `execute-api`, `s3`. */
  readonly service: string;
  /** `GetItem`, `PutEvents`, `ManageConnections` … */
  readonly operation: string;
  readonly caller: Principal;
  /** The parsed JSON request; for `s3` the parameters by the SDK's names, and `bytes` of the body; for `execute-api` `{method, apiId, stage, connectionId, bytes}` or, of a connect, `{apiId, stage, routeKey}`. */
  readonly input: Record<string, unknown>;
  /** What a REST request carries; of the others it is all in `input`. */
  readonly body?: Buffer;
  /** When the service had it, of `performance.now()`, in ms: reading it and checking its signature are part of the time that a service takes. */
  readonly arrivedAt: number;
}
export interface AwsReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** Where later issues hook in (IAM, latency, faults, call records): wraps every AWS API call a function makes. */
export type Interceptor = (call: AwsCall, next: () => Promise<AwsReply>) => Promise<AwsReply>;

/** One service behind the AWS endpoint; throws AwsError for a refusal. */
export type AwsService = (call: AwsCall) => Promise<AwsReply>;

/** An error as an AWS API words it. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  constructor(
    readonly status: number,
    /** `ResourceNotFoundException` … */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

// --- Streams, queues ------------------------------------------------------------------------------------------------

/** A record as Lambda receives it in `Records` (https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html). */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly eventVersion: '1.1';
  readonly eventSource: 'aws:dynamodb';
  readonly awsRegion: string;
  readonly eventSourceARN: string;
  readonly userIdentity?: { readonly type: 'Service'; readonly principalId: 'dynamodb.amazonaws.com' };
  readonly dynamodb: {
    /** Seconds since the epoch, as DynamoDB rounds it. */
    readonly ApproximateCreationDateTime: number;
    readonly Keys: Record<string, unknown>;
    readonly NewImage?: Record<string, unknown>;
    readonly OldImage?: Record<string, unknown>;
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
    readonly StreamViewType: string;
  };
}

export interface StreamSource {
  /** Records after the given sequence number (exclusive; undefined: from the oldest kept), oldest first. */
  read(streamArn: string, after: string | undefined, limit: number): { records: StreamRecord[]; at: number[] };
  /** Sequence number of the newest record, for LATEST. */
  latest(streamArn: string): string | undefined;
}

export interface QueueMessage {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly sentAt: number;
}
/** Who sends to a queue: Lambda in a function's name, or a service by itself, for one of its resources. */
export type Sender = { readonly functionArn: string } | { readonly service: string; readonly sourceArn: string };
/** Queues by ARN; what dead letters and on-failure destinations are sent to. */
export interface Queues {
  send(queueArn: string, body: string, sender: Sender, attributes?: Readonly<Record<string, string>>): void;
  messages(queueArn: string): readonly QueueMessage[];
}

export interface TopicMessage {
  readonly messageId: string;
  /** Of an e-mail; alarms have one. */
  readonly subject?: string;
  readonly body: string;
  readonly publishedAt: number;
}
/** Topics by ARN; what alarms and destinations tell people through. */
export interface Topics {
  publish(topicArn: string, message: { readonly subject?: string; readonly body: string }, publisher: Sender): void;
  messages(topicArn: string): readonly TopicMessage[];
}

/** Where a function's log lines go; EMF metrics and REPORT lines are among them. */
export interface LogLine {
  readonly at: number;
  readonly functionName: string;
  readonly environmentId: string;
  readonly requestId?: string;
  readonly text: string;
}
export type LogSink = (line: LogLine) => void;

/** A service with a life of its own. */
export interface Closeable {
  close(): Promise<void>;
}
