import { randomUUID } from 'node:crypto';
import { sequenceNumberOf } from './stream-item';
import type { StreamItem } from './stream-item';

/** Why records were given up. */
export type DiscardCondition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

/** A DynamoDB stream has a shard for each partition of the table; here a stream has one shard. */
const SHARD_ID = 'shardId-00000000000000000000-00000000';

export interface DiscardedBatch {
  /** Not empty. */
  readonly items: readonly StreamItem[];
  readonly condition: DiscardCondition;
  /** How often the function was run with these records; 0 when the records were too old before the first run. */
  readonly invokeCount: number;
  /** Whether the function threw or crashed, as opposed to naming records that failed. */
  readonly functionError: boolean;
}

/**
 * The message for the on-failure destination, as JSON text: the position of the records in the stream, never the records.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 */
export function failedBatchRecord(
  { items, condition, invokeCount, functionError }: DiscardedBatch,
  { functionArn, streamArn }: { readonly functionArn: string; readonly streamArn: string },
  now: number,
): string {
  const first = items[0] as StreamItem;
  const last = items.at(-1) as StreamItem;
  return JSON.stringify({
    requestContext: { requestId: randomUUID(), functionArn, condition, approximateInvokeCount: invokeCount },
    ...(invokeCount > 0 && {
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        functionError: functionError ? 'Unhandled' : null,
      },
    }),
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    DDBStreamBatchInfo: {
      shardId: SHARD_ID,
      startSequenceNumber: sequenceNumberOf(first),
      endSequenceNumber: sequenceNumberOf(last),
      approximateArrivalOfFirstRecord: toSeconds(first.at),
      approximateArrivalOfLastRecord: toSeconds(last.at),
      batchSize: items.length,
      streamArn,
    },
  });
}

const toSeconds = (at: number): string => new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
