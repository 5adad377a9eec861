import type { IncomingMessage } from 'node:http';

/**
 * Whether the end of a request's body is certain. Two cases that Node's parser accepts are unsound: chunks in HTTP/1.0, which
 * has no chunked coding (RFC 9112 section 6.1), and other codings below `chunked`, which the edge would not decode.
 */
export function hasSoundFraming({ rawHeaders, httpVersion }: IncomingMessage): boolean {
  const codings = rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'transfer-encoding');
  return codings.every((coding) => coding.toLowerCase() === 'chunked' && httpVersion !== '1.0');
}
