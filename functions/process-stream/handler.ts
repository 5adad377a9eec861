/** Publishes an event for each answer that the bus has to announce. */
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { eventBridgeClient } from '../aws/clients';
import { publishResponseEvents } from '../aws/response-events';
import { responseEventFor, type ResponseEvent } from '../core/response-event';
import { count } from '../metrics';
import { readSettings } from '../settings';
import { systemClock } from '../system';
import { identifyBatch, instrumented, logger } from '../telemetry';
import { openSpan } from '../tracing';

const settings = readSettings('process-stream');
const bus = eventBridgeClient(settings.SERVICE_CALL_MS);

/** A record of the batch that needs an event. If its `sequenceNumber` is returned, Lambda delivers the record again. */
interface Announcement {
  readonly sequenceNumber: string;
  readonly event: ResponseEvent;
  /** The request's mode, for its trace. */
  readonly mode: string | undefined;
}

/** Reads the records. A record that cannot be read is reported as failed, so that it ends in the on-failure queue. */
function announcementsIn(records: readonly DynamoDBRecord[]): { announcements: Announcement[]; unreadable: string[] } {
  const announcements: Announcement[] = [];
  const unreadable: string[] = [];
  for (const record of records) {
    const sequenceNumber = record.dynamodb?.SequenceNumber ?? '';
    try {
      const after = image(record.dynamodb?.NewImage);
      const event = responseEventFor({ before: image(record.dynamodb?.OldImage), after }, systemClock.now());
      if (event) announcements.push({ sequenceNumber, event, mode: after?.['mode'] as string | undefined });
    } catch (error) {
      logger.error('a stream record could not be read', error as Error);
      unreadable.push(sequenceNumber);
    }
  }
  return { announcements, unreadable };
}

const image = (attributes: Record<string, unknown> | undefined): Record<string, unknown> | undefined =>
  attributes && unmarshall(attributes as Record<string, AttributeValue>);

export const handler = instrumented(async (batch: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
  const { announcements, unreadable } = announcementsIn(batch.Records);
  identifyBatch(announcements.map(({ event }) => event.requestId));
  const spans = announcements.map(({ event: { requestId, tunnelId }, mode }) => openSpan('## answer', { requestId, tunnelId, mode }));
  for (const { event } of announcements) count('StreamLag', systemClock.now() - event.completedAt);
  if (announcements.length > 0) count('EventsPublished', announcements.length);

  const failed = await publishResponseEvents(
    bus,
    settings.EVENT_BUS_NAME,
    announcements.map(({ event }) => event),
    (error) => logger.error('events could not be published', error as Error),
  );
  spans.forEach((span, i) => span.close({ failed: failed.has(i) }));
  if (failed.size > 0) count('EventDeliveryFailed', failed.size);
  const unpublished = announcements.filter((_, i) => failed.has(i)).map(({ sequenceNumber }) => sequenceNumber);
  return { batchItemFailures: [...unreadable, ...unpublished].map((itemIdentifier) => ({ itemIdentifier })) };
});
