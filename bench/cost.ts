import { MINUTES_PER_MONTH, PRICES } from './prices';
import type { Usage } from './usage';

/** Dollars for a million requests, by what is charged. */
export interface Cost {
  readonly 'HTTP API': number;
  readonly WebSocket: number;
  readonly 'Lambda requests': number;
  readonly 'Lambda duration': number;
  readonly 'DynamoDB writes': number;
  readonly 'DynamoDB reads': number;
  readonly EventBridge: number;
  readonly S3: number;
  readonly Logs: number;
}

export const COST_COMPONENTS = [
  'HTTP API',
  'WebSocket',
  'Lambda requests',
  'Lambda duration',
  'DynamoDB writes',
  'DynamoDB reads',
  'EventBridge',
  'S3',
  'Logs',
] as const satisfies readonly (keyof Cost)[];

/** A tunnel of the cost table has this many requests a month, so that a hundred tunnels have a million. */
export const REQUESTS_PER_TUNNEL_MONTH = 10_000;

const sum = (values: Readonly<Record<string, number>>): number => Object.values(values).reduce((a, b) => a + b, 0);

/** What a million requests like the measured ones would cost. Stream reads by Lambda are free, and so is a rule's delivery. */
export function costOf(usage: Usage): Cost {
  const perMillion = 1e6 / Math.max(1, usage.requests);
  return {
    'HTTP API': usage.httpApiRequests * PRICES.httpApiRequest.usd * perMillion,
    WebSocket: (usage.webSocketMessages * PRICES.webSocketMessage.usd + usage.connectionMinutes * PRICES.connectionMinute.usd) * perMillion,
    'Lambda requests': sum(usage.invocations) * PRICES.invocation.usd * perMillion,
    'Lambda duration': sum(usage.gigabyteSeconds) * PRICES.gigabyteSecond.usd * perMillion,
    'DynamoDB writes': usage.writeUnits * PRICES.writeUnit.usd * perMillion,
    'DynamoDB reads': usage.readUnits * PRICES.readUnit.usd * perMillion,
    EventBridge: usage.events * PRICES.event.usd * perMillion,
    S3: (usage.s3Puts * PRICES.s3Put.usd + usage.s3Gets * PRICES.s3Get.usd) * perMillion,
    Logs: (usage.logBytes / 1e9) * PRICES.logGigabyte.usd * perMillion,
  };
}

/** Dollars for the data transfer of a million requests: hardly anything with small bodies, and nearly everything with large ones. */
export const transferCostOf = ({ transferBytes, requests }: Usage): number =>
  (transferBytes / 1e9) * PRICES.transferGigabyte.usd * (1e6 / Math.max(1, requests));

export const totalOf = (cost: Cost): number => sum({ ...cost });

/** Dollars a month: the requests of so many tunnels, and the minutes of their agents' connections. */
export function monthlyCost(usdPerMillion: number, tunnels: number): number {
  const requests = tunnels * REQUESTS_PER_TUNNEL_MONTH;
  return (usdPerMillion * requests) / 1e6 + tunnels * MINUTES_PER_MONTH * PRICES.connectionMinute.usd;
}
