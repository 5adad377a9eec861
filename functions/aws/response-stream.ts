/**
 * The response stream of Lambda's runtime for Node.js, which is a global and no package:
 * https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html
 */
import type { Context } from 'aws-lambda';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { StreamedResponse } from '../core/stream/streamed-response';

/** Status and header fields of a response whose body follows. */
interface Metadata {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
}

type StreamingHandler<E> = (event: E, visitor: Writable, context: Context) => Promise<void>;

declare const awslambda: {
  streamifyResponse<E>(handler: StreamingHandler<E>): unknown;
  readonly HttpResponseStream: { from(stream: Writable, metadata: Metadata): Writable };
};

export const streaming = <E>(handler: StreamingHandler<E>): unknown => awslambda.streamifyResponse(handler);

/**
 * Begins a response: what is written to the returned stream is its body. Status and header fields leave with the first write, which is an empty
 * one: `end` alone would lose them, and an event stream would not open before its first event.
 */
export function beginResponse(visitor: Writable, metadata: Metadata): Writable {
  const body = awslambda.HttpResponseStream.from(visitor, metadata);
  body.write('');
  return body;
}

/** Writes a whole body. */
export async function writeWhole(visitor: Writable, body: Uint8Array): Promise<void> {
  visitor.end(body);
  await finished(visitor);
}

/**
 * Writes a body as it comes, no faster than the visitor takes it.
 * @throws StreamCutError when the visitor's connection has to be reset. Lambda resets it when the handler rejects.
 */
export async function writeStream(visitor: Writable, response: StreamedResponse): Promise<void> {
  const { body, cut } = response;
  // Lambda of today does not tell that a visitor has left (aws/aws-lambda-nodejs-runtime-interface-client#145).
  visitor.on('error', () => response.visitorLeft());
  visitor.on('close', () => {
    if (!visitor.writableFinished) response.visitorLeft();
  });
  for await (const piece of body) {
    // The reason of `cut` says more than an error of `once`.
    if (!visitor.write(piece)) await once(visitor, 'drain', { signal: cut }).catch(() => cut.throwIfAborted());
  }
  visitor.end();
  await finished(visitor);
}
