/**
 * The latency of AWS: one log-normal distribution per service operation, given by its median and 99th percentile in ms. This
 * project has no AWS account and measured none of the figures: `basis` and `source` say where each figure comes from. Change a
 * figure only for a better source, never to improve the result of a benchmark. `npm run probe` measures an account, and writes a
 * file with its figures.
 */

export const LATENCY_BASES = ['documented', 'measured', 'measured by others', 'assumed'] as const;

export interface LatencyFigure {
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly basis: (typeof LATENCY_BASES)[number];
  readonly source: string;
}

export const AWS_LATENCY = {
  'gateway to function': {
    medianMs: 12,
    p99Ms: 40,
    basis: 'assumed',
    source: 'API Gateway or an authorizer invoking a warm function in the region; AWS publishes no figure',
  },
  'DynamoDB read': {
    medianMs: 4,
    p99Ms: 15,
    basis: 'assumed',
    source: '"single-digit millisecond" reads (https://aws.amazon.com/dynamodb/), with a tail',
  },
  'DynamoDB write': {
    medianMs: 5,
    p99Ms: 20,
    basis: 'assumed',
    source: '"single-digit millisecond" writes (https://aws.amazon.com/dynamodb/), with a tail',
  },
  PostToConnection: {
    medianMs: 15,
    p99Ms: 80,
    basis: 'assumed',
    source: 'from the call until the client has the message; AWS publishes no figure, and no measurement within a region is known',
  },
  'WebSocket connect': {
    medianMs: 60,
    p99Ms: 200,
    basis: 'assumed',
    source: 'TCP, TLS and upgrade of a function that connects to API Gateway: several round trips and a signature check',
  },
  'MOCK route': {
    medianMs: 15,
    p99Ms: 80,
    basis: 'assumed',
    source: 'a message to a route without code, and the answer: assumed to be as slow as PostToConnection',
  },
  PutEvents: {
    medianMs: 8,
    p99Ms: 30,
    basis: 'assumed',
    source: 'the call alone, within the region; AWS publishes no figure',
  },
  'bus to target': {
    medianMs: 60,
    p99Ms: 130,
    basis: 'documented',
    source:
      'p99 129.33 ms from ingestion to the first attempt (https://aws.amazon.com/about-aws/whats-new/2024/11/amazon-eventbridge-improvement-latency-event-buses/); the median is assumed',
  },
  'stream read': {
    medianMs: 20,
    p99Ms: 60,
    basis: 'assumed',
    source:
      'from a read of the shard to the invocation, on top of the four reads a second that AWS documents (https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html)',
  },
  GetParameter: { medianMs: 10, p99Ms: 40, basis: 'assumed', source: 'SSM with decryption; AWS publishes no figure' },
  'S3 read': {
    medianMs: 25,
    p99Ms: 150,
    basis: 'assumed',
    source:
      'time until the first byte, also of lists: the tail is the "roughly 100–200 milliseconds" of https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html',
  },
  'S3 write': {
    medianMs: 40,
    p99Ms: 200,
    basis: 'assumed',
    source:
      'PutObject and DeleteObject: the same tail, a little slower than reads (60 to 133 ms for 60 KB from a function by https://kkc.github.io/2020/03/16/s3-latency/)',
  },
  'S3 transfer of 1 MB': {
    medianMs: 11,
    p99Ms: 25,
    basis: 'assumed',
    source:
      'added to reads and writes: "85–90 MB/s" for one request within the region (https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance-guidelines.html); the way between agent and bucket over the internet is not included',
  },
  'cold start': {
    medianMs: 350,
    p99Ms: 700,
    basis: 'assumed',
    source:
      "on top of the function's own init: placing and starting a sandbox, fetching the code (a whole hello-world start on Node is 115 to 135 ms init by https://maxday.github.io/lambda-perf/)",
  },
} as const satisfies Record<string, LatencyFigure>;

export type LatencyOperation = keyof typeof AWS_LATENCY;

/** A figure for every operation. */
export type LatencyFigures = Readonly<Record<LatencyOperation, LatencyFigure>>;
