import { encodeMessage, fitsOneMessage, type HttpRequestMessage, type HttpResponseMessage } from '../protocol';
import { LocalServiceError } from './errors';
import type { LocalResponse } from './local-response';
import { MAX_BYTES_IN_MEMORY } from './spool';

/** What an answer must know of its request. */
export type Answered = Pick<HttpRequestMessage, 'request_id' | 'ticket'>;

/** An answer with a ticket returns the ticket; any other answer wants an acknowledgement (outbox.ts). */
const confirmationOf = ({ ticket }: Answered): Pick<HttpResponseMessage, 'ticket' | 'ack'> =>
  ticket === undefined ? { ack: true } : { ticket };

/** An answer with its body, as the text of one message; undefined when the text is too long for one message. */
export async function encodeInline(request: Answered, response: LocalResponse, ms: number): Promise<string | undefined> {
  const { body } = response;
  if (body.bytes > MAX_BYTES_IN_MEMORY) return undefined;
  const text = encode(request, response, ms, { body: (await body.whole()).toString('base64') });
  return fitsOneMessage(text) ? text : undefined;
}

/**
 * An answer whose body is in the body bucket.
 * @throws LocalServiceError `response_too_large`
 */
export function encodeByReference(request: Answered, response: LocalResponse, ms: number): string {
  const { bytes, sha256 } = response.body;
  const text = encode(request, response, ms, { body: '', body_ref: { bytes, sha256 } });
  if (fitsOneMessage(text)) return text;
  throw new LocalServiceError('response_too_large', "the header fields of the local service's answer do not fit one message of 128 KB");
}

export function encodeFailure(request: Answered, { code, message }: LocalServiceError): string {
  return encodeMessage({ type: 'error', request_id: request.request_id, code, message, ...confirmationOf(request) });
}

const encode = (request: Answered, response: LocalResponse, ms: number, body: Pick<HttpResponseMessage, 'body' | 'body_ref'>): string =>
  encodeMessage({
    type: 'http_response',
    request_id: request.request_id,
    status_code: response.status,
    headers: response.headers,
    ...body,
    processing_time_ms: ms,
    ...confirmationOf(request),
  });
