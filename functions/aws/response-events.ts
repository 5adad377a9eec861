import { PutEventsCommand, type EventBridgeClient, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { RESPONSE_EVENT } from '../event-names';
import type { ResponseEvent } from '../core/response-event';

/** PutEvents takes ten entries at a time (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html). */
const ENTRIES_PER_PUT = 10;

/**
 * Publishes events. A successful call may still refuse some entries. A failed call is reported, and all its entries count as
 * refused.
 * @returns indices of the events that the bus did not accept
 */
export async function publishResponseEvents(
  client: EventBridgeClient,
  busName: string,
  events: readonly ResponseEvent[],
  onError: (error: unknown) => void,
): Promise<ReadonlySet<number>> {
  const failed = new Set<number>();
  for (let start = 0; start < events.length; start += ENTRIES_PER_PUT) {
    const batch = events.slice(start, start + ENTRIES_PER_PUT);
    const entries = batch.map((event) => toEntry(event, busName));
    const results = await putBatch(client, entries, onError);
    batch.forEach((_, i) => {
      if (!results[i]) failed.add(start + i);
    });
  }
  return failed;
}

/** Whether each entry was accepted. When the call fails, no entry is. */
async function putBatch(
  client: EventBridgeClient,
  entries: PutEventsRequestEntry[],
  onError: (error: unknown) => void,
): Promise<boolean[]> {
  try {
    const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: entries }));
    return entries.map((_, i) => Entries[i]?.EventId !== undefined);
  } catch (error) {
    onError(error);
    return entries.map(() => false);
  }
}

function toEntry(event: ResponseEvent, busName: string): PutEventsRequestEntry {
  return {
    EventBusName: busName,
    Source: RESPONSE_EVENT.source,
    DetailType: RESPONSE_EVENT.detailType,
    Detail: JSON.stringify(event),
    ...(event.traceHeader && { TraceHeader: event.traceHeader }),
  };
}
