import { randomUUID } from 'node:crypto';
import type { StreamRecord } from '../services';
import type { StreamViewType } from '../specs';
import { itemBytes } from './attribute-value';
import type { Item } from './attribute-value';

/** What a write did to one item; `before` is undefined for a new item, `after` for a removed item. */
export interface ItemChange {
  readonly keys: Item;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  /** Whether Time to Live removed the item, not a caller. */
  readonly expired: boolean;
}

export interface StreamIdentity {
  readonly arn: string;
  readonly viewType: StreamViewType;
  readonly region: string;
}

/**
 * The record of a change, with the images the stream's view type asks for
 * (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html). Removals by Time to Live
 * carry a user identity
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html).
 * @param at  in ms since the epoch
 */
export function streamRecord(change: ItemChange, stream: StreamIdentity, sequenceNumber: string, at: number): StreamRecord {
  const { keys, before, after, expired } = change;
  const images = imagesOf(change, stream.viewType);
  return {
    eventID: randomUUID().replaceAll('-', ''),
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: stream.region,
    eventSourceARN: stream.arn,
    ...(expired && { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } as const }),
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(at / 1000),
      Keys: keys,
      ...images,
      SequenceNumber: sequenceNumber,
      SizeBytes: [keys, ...Object.values(images)].reduce((total, image) => total + itemBytes(image), 0),
      StreamViewType: stream.viewType,
    },
  };
}

function imagesOf({ before, after }: ItemChange, viewType: StreamViewType): { NewImage?: Item; OldImage?: Item } {
  const both = viewType === 'NEW_AND_OLD_IMAGES';
  return {
    ...(after && (both || viewType === 'NEW_IMAGE') && { NewImage: after }),
    ...(before && (both || viewType === 'OLD_IMAGE') && { OldImage: before }),
  };
}
