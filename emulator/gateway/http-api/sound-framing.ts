import type { IncomingMessage } from 'node:http';

/**
 * Whether the end of a request's body is where its sender says, in what Node's parser lets through: chunks in HTTP/1.0, which
 * knows none (RFC 9112 section 6.1), and codings below `chunked`, which nobody here would undo.
 */
export function hasSoundFraming({ rawHeaders, httpVersion }: IncomingMessage): boolean {
  const codings = rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'transfer-encoding');
  return codings.every((coding) => coding.toLowerCase() === 'chunked' && httpVersion !== '1.0');
}
