import type { IncomingMessage } from 'node:http';
import { MAX_MESSAGE_BYTES, stripHopByHop, type Headers } from '../protocol';
import { LocalServiceError } from './errors';

/** The local service's answer, whole. */
export interface LocalResponse {
  readonly status: number;
  /** Lower-case names; values in the order they came, each `Set-Cookie` by itself. */
  readonly headers: Headers;
  readonly body: Buffer;
}

/**
 * What base64 leaves of one message; the envelope takes a little more, which shows once the answer is
 * encoded.
 */
const MAX_BODY_BYTES = (MAX_MESSAGE_BYTES / 4) * 3;

/** @param described such as `its body has more than 98304 bytes` */
export function responseTooLarge(described: string): LocalServiceError {
  return new LocalServiceError(
    'response_too_large',
    `the local service's answer does not fit one message of ${MAX_MESSAGE_BYTES / 1024} KB (base64 included): ${described}`,
  );
}

/**
 * Reads an answer to its end, as far as a message can carry it.
 * @throws LocalServiceError `invalid_response` or `response_too_large`; the caller ends the exchange
 */
export async function readLocalResponse(response: IncomingMessage, method: string): Promise<LocalResponse> {
  const status = response.statusCode ?? 0;
  if (status < 200 || status > 599) {
    throw new LocalServiceError(
      'invalid_response',
      `the local service answered with status ${status}, not one from 200 to 599`,
    );
  }
  const headers = stripHopByHop(groupByName(response.rawHeaders));
  const isBodiless = method.toUpperCase() === 'HEAD' || status === 204 || status === 304;
  if (!isBodiless) refuseDeclaredLength(response.headers['content-length']);
  if (status === 204) delete headers['content-length'];
  return { status, headers, body: await readBody(response) };
}

function groupByName(rawHeaders: readonly string[]): Headers {
  // Without a prototype: a field may be called __proto__.
  const headers = Object.create(null) as Headers;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase();
    (headers[name] ??= []).push(rawHeaders[i + 1] as string);
  }
  return headers;
}

/** An answer that says itself that it is too large need not be read. */
function refuseDeclaredLength(contentLength: string | undefined): void {
  if (Number(contentLength) > MAX_BODY_BYTES) throw responseTooLarge(`its body has ${contentLength} bytes`);
}

async function readBody(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw responseTooLarge(`its body has more than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
