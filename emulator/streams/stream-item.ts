import type { StreamRecord } from '../services';

/** A record of the stream and when it was written, in ms since the epoch. */
export interface StreamItem {
  readonly record: StreamRecord;
  readonly at: number;
}

export const sequenceNumberOf = ({ record }: StreamItem): string => record.dynamodb.SequenceNumber;
