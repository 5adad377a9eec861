import { costOf, totalOf } from '../cost';
import { PRICES } from '../prices';
import type { Usage } from '../usage';

/** Parts of a stream's price. */
export const STREAM_PARTS = [
  "agent's messages",
  'posts',
  'receive-message',
  'stream-request',
  'DynamoDB',
  'after 6 MB',
  'logs and connections',
] as const;

/** Dollars for a thousand streams, by part. */
export type StreamCost = Readonly<Record<(typeof STREAM_PARTS)[number], number>>;

/** What was metered, and how it becomes the stream of which the price is asked. */
export interface PricedStream {
  readonly usage: Usage;
  /** How many times as much the stream has as was metered. */
  readonly scale: number;
  /** Bytes of the body of the stream. */
  readonly bytes: number;
}

/** Lambda streams so much of each response without a price (https://aws.amazon.com/lambda/pricing/). */
const FREE_BYTES = 6 * 1024 * 1024;

/** Dollars for a thousand streams like the metered one. Data transfer to the internet is not included. */
export function streamCostOf({ usage, scale, bytes }: PricedStream): StreamCost {
  const thousand = 1000 * scale;
  const message = PRICES.webSocketMessage.usd * thousand;
  const ofFunction = (name: string): number =>
    (usage.invocations[name] ?? 0) * PRICES.invocation.usd + (usage.gigabyteSeconds[name] ?? 0) * PRICES.gigabyteSecond.usd;
  return {
    "agent's messages": (usage.webSocketMessages - usage.posts) * message,
    posts: usage.posts * message,
    'receive-message': ofFunction('receive-message') * thousand,
    'stream-request': ofFunction('stream-request') * thousand,
    DynamoDB: (usage.readUnits * PRICES.readUnit.usd + usage.writeUnits * PRICES.writeUnit.usd) * thousand,
    'after 6 MB': (Math.max(0, bytes - FREE_BYTES) / 1e9) * PRICES.streamedGigabyte.usd * 1000,
    'logs and connections':
      ((usage.logBytes / 1e9) * PRICES.logGigabyte.usd + usage.connectionMinutes * PRICES.connectionMinute.usd) * thousand,
  };
}

export const streamTotal = (cost: StreamCost): number => STREAM_PARTS.reduce((sum, part) => sum + cost[part], 0);

/** Dollars for a thousand whole answers through the HTTP API. */
export function wholeAnswerCost(usages: readonly Usage[]): number {
  const requests = usages.reduce((sum, usage) => sum + usage.requests, 0);
  return usages.reduce((sum, usage) => sum + (totalOf(costOf(usage)) * usage.requests) / 1000, 0) / Math.max(1, requests);
}
