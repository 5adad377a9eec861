/** The PutEvents call: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
import { randomUUID } from 'node:crypto';
import type { Limits } from '../limits';
import { AwsError } from '../services';
import { eventTime } from './bus-event';
import type { BusEvent } from './bus-event';
import { isRecord } from './value-test';

/** One entry as the SDK sends it. */
export interface PutEventsEntry {
  /** Seconds since the epoch. */
  readonly Time?: number;
  readonly Source?: string;
  readonly Resources?: readonly string[];
  readonly DetailType?: string;
  /** A JSON object, as text. */
  readonly Detail?: string;
  /** Name or ARN; if missing, the default bus. */
  readonly EventBusName?: string;
  /** X-Ray trace header, which is passed on to the target's invocation. */
  readonly TraceHeader?: string;
}

export type PutEventsResultEntry = { readonly EventId: string } | { readonly ErrorCode: string; readonly ErrorMessage: string };

export interface PutEventsResult {
  readonly FailedEntryCount: number;
  /** In the order of the entries. */
  readonly Entries: readonly PutEventsResultEntry[];
}

/** What the bus adds to an entry. */
export interface EventOrigin {
  readonly accountId: string;
  readonly region: string;
  /** When the call arrived, in ms since the epoch. */
  readonly now: number;
}

/** The entries of a call. @throws AwsError ValidationException if the whole call is refused */
export function entriesOf(input: Record<string, unknown>, limits: Limits['events']): readonly PutEventsEntry[] {
  const entries = input['Entries'];
  if (!Array.isArray(entries) || !entries.every(isRecord) || entries.length === 0) {
    throw invalid("'entries' failed to satisfy constraint: Member must be a list of at least 1 entry");
  }
  if (entries.length > limits.entriesPerPut) {
    throw invalid(`'entries' failed to satisfy constraint: Member must have length less than or equal to ${limits.entriesPerPut}`);
  }
  const size = (entries as PutEventsEntry[]).reduce((bytes, entry) => bytes + entryBytes(entry), 0);
  if (size >= limits.putBytes) {
    throw invalid(`Total size of the entries in the request is over the limit: ${size} bytes, less than ${limits.putBytes} are allowed`);
  }
  return entries;
}

const invalid = (message: string): AwsError => new AwsError(400, 'ValidationException', `1 validation error detected: ${message}`);

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html */
export function entryBytes({ Time, Source, DetailType, Detail, Resources = [] }: PutEventsEntry): number {
  const texts = [Source, DetailType, Detail, ...Resources].map((text) => Buffer.byteLength(text ?? ''));
  return (Time === undefined ? 0 : 14) + texts.reduce((sum, bytes) => sum + bytes, 0);
}

/** The event of an entry, or the error for this entry alone. The other entries of the call are not affected. */
export function eventOf(entry: PutEventsEntry, origin: EventOrigin): BusEvent | Exclude<PutEventsResultEntry, { EventId: string }> {
  for (const name of ['Source', 'DetailType', 'Detail'] as const) {
    if (entry[name]) continue;
    return {
      ErrorCode: 'InvalidArgument',
      ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
    };
  }
  const { Source: source = '', DetailType: detailType = '', Detail: detailText = '' } = entry;
  if (source.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  const detail = parseObject(detailText);
  if (!detail) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': detailType,
    source,
    account: origin.accountId,
    time: eventTime(entry.Time === undefined ? origin.now : entry.Time * 1000),
    region: origin.region,
    resources: entry.Resources ?? [],
    detail,
  };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
