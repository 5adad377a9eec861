/**
 * AWS's limits and times, as the local cloud applies them. All are settings, so that a test can shorten the long times.
 * Times are in ms, sizes in bytes.
 */

export const AWS_LIMITS = {
  /** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
  webSocket: {
    /** A larger frame closes the connection with 1009. */
    frameBytes: 32 * 1024,
    /** All frames of a message together; a larger one closes the connection with 1009. */
    messageBytes: 128 * 1024,
    connectionMs: 2 * 60 * 60 * 1000,
    idleMs: 10 * 60 * 1000,
    integrationTimeoutMs: 29_000,
    /** How long an idle connection to `@connections` stays open. AWS publishes no number; Node's default of 5 s is too short. */
    keepAliveMs: 60_000,
    /** PostToConnection answers 429 when so many messages wait for a client that does not read; AWS publishes no number. */
    bufferedMessages: 128,
  },
  /** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
  httpApi: {
    payloadBytes: 10 * 1024 * 1024,
    integrationTimeoutMs: 30_000,
    /** Request line and header fields together. */
    headerBytes: 10_240,
  },
  /** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
  lambda: {
    syncPayloadBytes: 6 * 1024 * 1024,
    asyncPayloadBytes: 1024 * 1024,
    /** https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html */
    streamedBytes: 200 * 1024 * 1024,
    /** So much of a streamed response goes at full speed; the rest goes at `streamedBytesPerSecond`. */
    streamedBurstBytes: 6 * 1024 * 1024,
    streamedBytesPerSecond: 2 * 1024 * 1024,
    initMs: 10_000,
    accountConcurrency: 1000,
    /** An environment without work is ended after some minutes; AWS publishes no number. */
    idleEnvironmentMs: 10 * 60 * 1000,
    /** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
    asyncRetryDelaysMs: [60_000, 120_000] as readonly number[],
  },
  /** https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html */
  functionUrl: {
    /** Of a request: the event must fit into one invocation. */
    payloadBytes: 6 * 1024 * 1024,
    /** Request line and header fields together. AWS publishes no number; this is the one of HTTP APIs. */
    headerBytes: 10_240,
    /** The longest time-out of a function. */
    longestMs: 15 * 60 * 1000,
    /**
     * Whether the function's stream fails when the visitor leaves. AWS tells the function nothing, and the function runs on
     * (https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/issues/145).
     */
    tellsWhenVisitorLeaves: false,
  },
  /** https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html: each shard is read four times a second. */
  stream: {
    pollMs: 250,
    batchBytes: 6 * 1024 * 1024,
    retentionMs: 24 * 60 * 60 * 1000,
    /** How long a new event source mapping does not read yet. On AWS it may be several minutes; here nobody has to wait for it. */
    startDelayMs: 0,
  },
  /** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
  events: { entriesPerPut: 10, putBytes: 1024 * 1024, retryBaseMs: 1000 },
  /** DynamoDB removes expired items "within a few days"; the local cloud sweeps every minute. */
  dynamodb: { itemBytes: 400 * 1024, ttlSweepMs: 60_000 },
};

export type Limits = typeof AWS_LIMITS;
