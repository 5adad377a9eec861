/** DynamoDB behind the AWS endpoint, with SDK clients that sign requests like a function. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { AwsEndpoint } from '../../emulator/aws-endpoint/aws-endpoint';
import { LocalDynamoDb } from '../../emulator/dynamodb/local-dynamodb';
import type { LocalDynamoDbOptions } from '../../emulator/dynamodb/local-dynamodb';
import { AWS_LIMITS } from '../../emulator/limits';
import type { ServiceApi, Interceptor, Principal, Principals } from '../../emulator/services';
import type { TableSpec } from '../../emulator/specs';
import { dynamoDb, type DynamoDb } from '../../functions/aws/dynamodb';

export const REGION = 'eu-central-1';

export const FORWARD_REQUEST: Principal = {
  accessKeyId: 'AKIAFORWARDREQUEST00',
  secretAccessKey: 'secret-of-forward-request',
  roleArn: 'arn:aws:iam::123456789012:role/forward-request',
  functionName: 'forward-request',
};
export const SWEEP: Principal = {
  accessKeyId: 'AKIASWEEP00000000000',
  secretAccessKey: 'secret-of-sweep',
  roleArn: 'arn:aws:iam::123456789012:role/sweep',
  functionName: 'sweep',
};
/** Ends a call only if the endpoint hangs, in ms. */
const CALL_MS = 30_000;
const PRINCIPALS: Principals = {
  find: (accessKeyId) => [FORWARD_REQUEST, SWEEP].find((principal) => principal.accessKeyId === accessKeyId),
};

/** Settings of an SDK client that calls the endpoint as a function. */
export const clientSettings = (endpoint: string, { accessKeyId, secretAccessKey } = FORWARD_REQUEST) => ({
  endpoint,
  region: REGION,
  credentials: { accessKeyId, secretAccessKey },
  maxAttempts: 1,
});

/** An endpoint for any services. The two functions above may call it. */
export async function startEndpoint(services: Record<string, ServiceApi>, intercept?: Interceptor) {
  const warnings: string[] = [];
  const logger = { warn: (message: string) => void warnings.push(message) };
  const endpoint = new AwsEndpoint({ principals: PRINCIPALS, services, intercept, region: REGION, logger });
  const { url } = await endpoint.listen();
  return { url, warnings, close: () => endpoint.close() };
}

/** DynamoDB's calls as a function makes them. */
const functionCalls = (endpoint: string, { accessKeyId, secretAccessKey } = FORWARD_REQUEST): DynamoDb =>
  dynamoDb(CALL_MS, {
    endpoint: new URL(endpoint),
    region: REGION,
    credentials: () => Promise.resolve({ accessKeyId, secretAccessKey }),
  });

export interface DynamoDbFixture {
  readonly dynamodb: LocalDynamoDb;
  readonly url: string;
  readonly client: DynamoDBClient;
  /** The same client, but with plain JavaScript values. */
  readonly documents: DynamoDBDocumentClient;
  /** The calls of the functions. */
  readonly calls: DynamoDb;
  close(): Promise<void>;
}

export async function startDynamoDb(
  tables: readonly TableSpec[],
  options: Partial<LocalDynamoDbOptions> & { readonly intercept?: Interceptor } = {},
): Promise<DynamoDbFixture> {
  const dynamodb = await LocalDynamoDb.start({ tables, limits: AWS_LIMITS, region: REGION, ...options });
  const endpoint = await startEndpoint({ dynamodb: dynamodb.service }, options.intercept);
  const client = new DynamoDBClient(clientSettings(endpoint.url));
  return {
    dynamodb,
    url: endpoint.url,
    client,
    documents: DynamoDBDocumentClient.from(client),
    calls: functionCalls(endpoint.url),
    async close() {
      client.destroy();
      await endpoint.close();
      await dynamodb.close();
    },
  };
}
