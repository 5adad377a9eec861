import type { IncomingMessage } from 'node:http';
import { AwsError } from '../services';

/**
 * Largest request, in bytes: DynamoDB's limit for BatchWriteItem, the largest of all limits
 * (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html).
 */
const MAX_BYTES = 16 * 1024 * 1024;

/** @throws AwsError RequestEntityTooLargeException above 16 MB */
export async function requestBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) {
      throw new AwsError(413, 'RequestEntityTooLargeException', `The request is larger than ${MAX_BYTES} bytes; send less at once`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
