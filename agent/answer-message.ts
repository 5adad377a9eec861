import { encodeMessage, fitsOneMessage, type HttpResponseMessage } from '../protocol';
import { LocalServiceError } from './errors';
import type { LocalResponse } from './local-response';
import { MAX_BYTES_IN_MEMORY } from './spool';

/** An answer with its body, as the text of one message; undefined when the text is too long for one message. */
export async function encodeInline(requestId: string, response: LocalResponse, ms: number): Promise<string | undefined> {
  const { body } = response;
  if (body.bytes > MAX_BYTES_IN_MEMORY) return undefined;
  const text = encode(requestId, response, ms, { body: (await body.whole()).toString('base64') });
  return fitsOneMessage(text) ? text : undefined;
}

/**
 * An answer whose body is in the body bucket.
 * @throws LocalServiceError `response_too_large`
 */
export function encodeByReference(requestId: string, response: LocalResponse, ms: number): string {
  const { bytes, sha256 } = response.body;
  const text = encode(requestId, response, ms, { body: '', body_ref: { bytes, sha256 } });
  if (fitsOneMessage(text)) return text;
  throw new LocalServiceError('response_too_large', "the header fields of the local service's answer do not fit one message of 128 KB");
}

export function encodeFailure(requestId: string, { code, message }: LocalServiceError): string {
  return encodeMessage({ type: 'error', request_id: requestId, code, message, ack: true });
}

const encode = (requestId: string, response: LocalResponse, ms: number, body: Pick<HttpResponseMessage, 'body' | 'body_ref'>): string =>
  encodeMessage({
    type: 'http_response',
    request_id: requestId,
    status_code: response.status,
    headers: response.headers,
    ...body,
    processing_time_ms: ms,
    ack: true,
  });
