import { MINUTES_PER_MONTH, PRICES } from './prices';
import type { Usage } from './usage';

/** Dollars per million requests, by component. */
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

/** Requests per month of one tunnel in the cost table: a hundred tunnels then have a million. */
export const REQUESTS_PER_TUNNEL_MONTH = 10_000;

const sum = (values: Readonly<Record<string, number>>): number => Object.values(values).reduce((a, b) => a + b, 0);

/** Cost of a million requests like the measured ones. Stream reads by Lambda and deliveries by a rule are free. */
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

/** Dollars for the data transfer of a million requests: almost nothing with small bodies, nearly the whole cost with large bodies. */
export const transferCostOf = ({ transferBytes, requests }: Usage): number =>
  (transferBytes / 1e9) * PRICES.transferGigabyte.usd * (1e6 / Math.max(1, requests));

export const totalOf = (cost: Cost): number => sum({ ...cost });

/** Dollars per month for this number of tunnels: their requests, and the minutes of their agents' connections. */
export function monthlyCost(usdPerMillion: number, tunnels: number): number {
  const requests = tunnels * REQUESTS_PER_TUNNEL_MONTH;
  return (usdPerMillion * requests) / 1e6 + tunnels * MINUTES_PER_MONTH * PRICES.connectionMinute.usd;
}
