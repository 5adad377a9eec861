/** The interfaces between the services of the local cloud. Each service is implemented in its own folder. */
import type { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';

export interface Logger {
  /** Writes one line for people, such as a problem at boot or unexpected behaviour of AWS. */
  warn(message: string): void;
}

// --- Lambda ---------------------------------------------------------------------------------------------------------

/** The result of an invocation. */
export type InvokeResult = InvocationOutcome & {
  /** Lambda's id of the invocation, as in the log lines; missing when the function was not run. */
  readonly requestId?: string;
};

export type InvocationOutcome =
  | { readonly kind: 'ok'; readonly payload: unknown }
  /** The function threw, crashed or timed out. Lambda's answer has the header `X-Amz-Function-Error`. */
  | { readonly kind: 'error'; readonly errorType: string; readonly errorMessage: string }
  /** 429 TooManyRequestsException */
  | { readonly kind: 'throttled'; readonly reason: string };

/** The response of a streaming function: its head has come, and its body is still coming. */
export interface StreamedResult {
  readonly kind: 'stream';
  readonly requestId: string;
  readonly head: StreamHead;
  /**
   * Ends when the function has ended its response. It is destroyed with an error when the function fails, times out or dies, or when the
   * response is too large: then the body is not whole. Whoever does not want the rest reads and drops it (`resume`): the function does not
   * notice. When a reader destroys the body, the function's stream fails.
   */
  readonly body: Readable;
}

/** What a streaming function has said about its response before the body. */
export interface StreamHead {
  /** Media type of the stream; without metadata, that of the body. */
  readonly contentType: string;
  /** `{ statusCode, headers, cookies }` of `HttpResponseStream.from`, unchecked. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/**
 * Where an invocation comes from. A visitor's request comes from outside. Everything else (a WebSocket, a stream, a rule, an alarm)
 * comes from inside. While invocations wait for an execution environment, inside invocations go first, because other requests depend
 * on their results.
 */
export type Origin = 'inside' | 'outside';

export interface InvokeOptions {
  readonly traceHeader?: string;
  /** Default: `inside`. */
  readonly origin?: Origin;
  /** When the signal aborts, an invocation that still waits for an execution environment is not run at all. */
  readonly signal?: AbortSignal;
}

export interface FunctionInvoker {
  /** Invocation type RequestResponse: resolves with the function's result or failure; rejects only for an unknown ARN. */
  invoke(functionArn: string, payload: unknown, options?: InvokeOptions): Promise<InvokeResult>;
  /** Invocation type Event: queued, retried and sent to the on-failure destination as the function's async settings say. */
  invokeAsync(functionArn: string, payload: unknown, options?: { traceHeader?: string }): void;
}

export interface StreamingInvoker extends FunctionInvoker {
  /**
   * InvokeWithResponseStream: resolves when the head of a streamed response has come, or with the whole result of a function that does not
   * stream. Rejects only for an unknown ARN.
   */
  invokeStreaming(functionArn: string, payload: unknown, options?: InvokeOptions): Promise<InvokeResult | StreamedResult>;
}

/** Wraps each invocation by an API Gateway or a function URL: latency and observers are interceptors. */
export type InvocationInterceptor = <Result extends InvokeResult | StreamedResult>(
  call: { readonly functionArn: string; readonly payload: unknown },
  next: () => Promise<Result>,
) => Promise<Result>;

/** One execution environment of a function: a process that is stopped between invocations. */
export interface ExecutionEnvironment extends EventEmitter<{ freeze: []; thaw: []; exit: [] }> {
  readonly id: string;
  readonly functionName: string;
  readonly pid: number;
  /** While true, the process does not run, and nothing may be delivered to the environment. */
  readonly frozen: boolean;
  readonly exited: boolean;
}

// --- callers --------------------------------------------------------------------------------------------------------

/** The owner of an access key. `environment` is known when the call has the session token of an execution environment. */
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
  /**
   * The parsed JSON request. For `s3`: the parameters by the SDK's names, and `bytes` of the body. For `execute-api`:
   * `{method, apiId, stage, connectionId, bytes}`, or `{apiId, stage, routeKey}` for a connect.
   */
  readonly input: Record<string, unknown>;
  /** The body of a REST request. Other requests have all their data in `input`. */
  readonly body?: Buffer;
  /**
   * When the request arrived, as `performance.now()`, in ms. Reading the request and checking its signature are part of the time that
   * a service takes.
   */
  readonly arrivedAt: number;
}
export interface AwsReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** Wraps every AWS API call of a function: IAM, latency, faults and call records are interceptors. */
export type Interceptor = (call: AwsCall, next: () => Promise<AwsReply>) => Promise<AwsReply>;

/** The API of one service, behind the AWS endpoint; throws AwsError for a refusal. */
export type ServiceApi = (call: AwsCall) => Promise<AwsReply>;

/** An error with the status, code and message of an AWS API. */
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
    /** Whole seconds since the epoch, as in DynamoDB. */
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
/** The sender of a message: Lambda on behalf of a function, or another service on behalf of one of its resources. */
export type Sender = { readonly functionArn: string } | { readonly service: string; readonly sourceArn: string };
/** Queues by ARN. They receive dead letters and the records for on-failure destinations. */
export interface Queues {
  send(queueArn: string, body: string, sender: Sender, attributes?: Readonly<Record<string, string>>): void;
  messages(queueArn: string): readonly QueueMessage[];
}

export interface TopicMessage {
  readonly messageId: string;
  /** Subject of an e-mail; messages of alarms have a subject. */
  readonly subject?: string;
  readonly body: string;
  readonly publishedAt: number;
}
/** Topics by ARN. Alarms and Lambda destinations publish to them. */
export interface Topics {
  publish(topicArn: string, message: { readonly subject?: string; readonly body: string }, publisher: Sender): void;
  messages(topicArn: string): readonly TopicMessage[];
}

/** One log line of a function; EMF metrics and REPORT lines are log lines too. */
export interface LogLine {
  readonly at: number;
  readonly functionName: string;
  readonly environmentId: string;
  readonly requestId?: string;
  readonly text: string;
}
export type LogSink = (line: LogLine) => void;

/** A service that must be closed. */
export interface Closeable {
  close(): Promise<void>;
}
