/**
 * AWS prices in US dollars: us-east-1, on demand, without free tiers. They were copied from AWS's price pages in October 2026:
 * check them again before relying on them.
 */
export const PRICES_AS_OF = 'October 2026';

export interface Price {
  readonly usd: number;
  readonly per: string;
  readonly source: string;
}

export const PRICES = {
  httpApiRequest: { usd: 1.0 / 1e6, per: 'request (512 KB)', source: 'https://aws.amazon.com/api-gateway/pricing/' },
  webSocketMessage: { usd: 1.0 / 1e6, per: 'message (32 KB), either direction', source: 'https://aws.amazon.com/api-gateway/pricing/' },
  connectionMinute: { usd: 0.25 / 1e6, per: 'minute of a connection', source: 'https://aws.amazon.com/api-gateway/pricing/' },
  invocation: { usd: 0.2 / 1e6, per: 'invocation', source: 'https://aws.amazon.com/lambda/pricing/' },
  gigabyteSecond: { usd: 0.0000133334, per: 'GB-second on arm64', source: 'https://aws.amazon.com/lambda/pricing/' },
  // Lambda's guide says that streaming has a price (https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html). The
  // price page fills its tables by a script, so this figure could not be copied like the others: check it first.
  streamedGigabyte: {
    usd: 0.008,
    per: 'GB of a streamed response beyond its first 6 MB',
    source: 'https://aws.amazon.com/lambda/pricing/',
  },
  writeUnit: { usd: 0.625 / 1e6, per: 'write request unit (1 KB)', source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/' },
  readUnit: { usd: 0.125 / 1e6, per: 'read request unit (4 KB, consistent)', source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/' },
  event: { usd: 1.0 / 1e6, per: 'custom event (64 KB)', source: 'https://aws.amazon.com/eventbridge/pricing/' },
  s3Put: { usd: 5.0 / 1e6, per: 'PUT to S3', source: 'https://aws.amazon.com/s3/pricing/' },
  s3Get: { usd: 0.4 / 1e6, per: 'GET from S3', source: 'https://aws.amazon.com/s3/pricing/' },
  transferGigabyte: { usd: 0.09, per: 'GB to the internet', source: 'https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer' },
  logGigabyte: { usd: 0.5, per: 'GB of logs taken in', source: 'https://aws.amazon.com/cloudwatch/pricing/' },
} as const satisfies Record<string, Price>;

/** AWS's price pages count 730 hours per month. */
export const MINUTES_PER_MONTH = 730 * 60;
