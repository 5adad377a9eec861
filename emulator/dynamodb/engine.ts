/** The engine holds the data. It is a server that speaks the DynamoDB JSON API, in this process or over HTTP. */
import type { Closeable } from '../services';

export interface Engine extends Closeable {
  /** Status 200 with the result, or 4xx/5xx with `{"__type", "message"}`, as DynamoDB answers. */
  send(operation: string, input: unknown): Promise<EngineReply>;
}

export interface EngineReply {
  readonly status: number;
  /** JSON */
  readonly body: string;
}

/** The engine cannot be used: it is not reachable, or its tables are not as the stack declares them. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
}

/**
 * Request headers with placeholder credentials that an engine accepts. The AWS endpoint has already checked the caller.
 * @param region  DynamoDB Local keeps the data of each region and access key apart
 */
export function engineHeaders(operation: string, region: string): Record<string, string> {
  return {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `DynamoDB_20120810.${operation}`,
    'x-amz-date': '20260101T000000Z',
    authorization:
      `AWS4-HMAC-SHA256 Credential=local/20260101/${region}/dynamodb/aws4_request, ` +
      `SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
  };
}

/** The `__type` of an error without its namespace: `ConditionalCheckFailedException`; undefined for a success. */
export function errorCode({ status, body }: EngineReply): string | undefined {
  if (status === 200) return undefined;
  const { __type } = JSON.parse(body) as { __type?: string };
  return __type?.replace(/^.*#/, '') ?? 'UnknownError';
}
