/** What AWS would meter, summed up over the measured requests of one contender. */
export interface Usage {
  readonly requests: number;
  /** In units of 512 KB. */
  readonly httpApiRequests: number;
  /** In units of 32 KB, both directions, posts included. */
  readonly webSocketMessages: number;
  /** The part of `webSocketMessages` that functions have posted. */
  readonly posts: number;
  /** Connection minutes of wake channels. Agents' connections are charged per tunnel, in `monthlyCost`. */
  readonly connectionMinutes: number;
  /** By function. */
  readonly invocations: Readonly<Record<string, number>>;
  readonly gigabyteSeconds: Readonly<Record<string, number>>;
  readonly pendingReads: number;
  readonly otherReads: number;
  readonly writes: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  /** Published events, in units of 64 KB. */
  readonly events: number;
  readonly logBytes: number;
  readonly s3Puts: number;
  readonly s3Gets: number;
  /** Bytes sent to the internet: answers to visitors but for those of the streaming door, and data for agents. */
  readonly transferBytes: number;
}

/** https://aws.amazon.com/api-gateway/pricing/ */
const MESSAGE_UNIT_BYTES = 32 * 1024;
/** https://aws.amazon.com/eventbridge/pricing/ */
const EVENT_UNIT_BYTES = 64 * 1024;
/** CloudWatch Logs counts 26 bytes more for each event (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html). */
const LOG_EVENT_BYTES = 26;

/** Unit of the HTTP API (https://aws.amazon.com/api-gateway/pricing/). The page names neither request nor answer: the larger one counts. */
const HTTP_UNIT_BYTES = 512 * 1024;

export const httpUnits = (requestBytes: number, responseBytes: number): number =>
  Math.max(1, Math.ceil(Math.max(requestBytes, responseBytes) / HTTP_UNIT_BYTES));
export const messageUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / MESSAGE_UNIT_BYTES));
export const eventUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / EVENT_UNIT_BYTES));
export const logBytes = (text: string): number => Buffer.byteLength(text) + LOG_EVENT_BYTES;
