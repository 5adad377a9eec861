import type { IncomingMessage } from 'node:http';
import { MAX_RESPONSE_BODY_BYTES, stripHopByHop, type Headers } from '../protocol';
import { LocalServiceError } from './errors';
import { capped, Spool } from './spool';

/** The complete answer of the local service. */
export interface LocalResponse {
  readonly status: number;
  /** Lower-case names; values in the order they came, each `Set-Cookie` by itself. */
  readonly headers: Headers;
  readonly body: Spool;
}

/** What an answer says before its body. */
export interface LocalResponseHead extends Pick<LocalResponse, 'status' | 'headers'> {
  /** Whether an answer with this status to this method has no body, whatever its header fields say. */
  readonly isBodiless: boolean;
}

/** @throws LocalServiceError `invalid_response` */
export function readHead(response: IncomingMessage, method: string): LocalResponseHead {
  const status = response.statusCode ?? 0;
  if (status < 200 || status > 999) {
    throw new LocalServiceError('invalid_response', `the local service answered with status ${status}, which is not between 200 and 999`);
  }
  const headers = stripHopByHop(groupByName(response.rawHeaders));
  if (status === 204) delete headers['content-length'];
  return { status, headers, isBodiless: method.toUpperCase() === 'HEAD' || status === 204 || status === 304 };
}

/**
 * Reads an answer to its end, up to the size that the cloud can pass on.
 * @throws LocalServiceError `invalid_response` or `response_too_large`; the caller ends the exchange
 */
export async function readLocalResponse(response: IncomingMessage, method: string): Promise<LocalResponse> {
  const { status, headers, isBodiless } = readHead(response, method);
  if (!isBodiless) refuseDeclaredLength(response.headers['content-length']);
  const body = await Spool.from(capped(response, MAX_RESPONSE_BODY_BYTES, () => tooLarge(`more than ${MAX_RESPONSE_BODY_BYTES}`)));
  return { status, headers, body };
}

function groupByName(rawHeaders: readonly string[]): Headers {
  // The object has no prototype, because a field may be called __proto__.
  const headers = Object.create(null) as Headers;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase();
    (headers[name] ??= []).push(rawHeaders[i + 1] as string);
  }
  return headers;
}

/** Refuses an answer whose Content-Length is too large, before its body is read. */
function refuseDeclaredLength(contentLength: string | undefined): void {
  if (Number(contentLength) > MAX_RESPONSE_BODY_BYTES) throw tooLarge(`${contentLength}`);
}

/** @param bytes how many there are, such as `more than 10` */
function tooLarge(bytes: string): LocalServiceError {
  return new LocalServiceError(
    'response_too_large',
    `the body of the local service's answer has ${bytes} bytes; the limit is ${MAX_RESPONSE_BODY_BYTES} (4.5 MB)`,
  );
}
