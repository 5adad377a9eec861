import { stripHopByHop, type Headers } from '../../protocol';
import { fromAgentError, TunnelError } from './tunnel-error';
import type { WholeOutcome } from './request-bodies';
import type { StreamHead } from './stream/stream-part';

/** Status and header fields for the visitor; header values by lower-case name. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Headers;
}

/** A whole HTTP response for the visitor. */
export interface VisitorResponse extends ResponseHead {
  readonly body: Uint8Array;
}

/**
 * Makes the visitor's response from the agent's outcome. The body is the local service's own bytes.
 * @throws TunnelError the error that the agent reported, or `invalid_response` for an outcome that is no valid HTTP response:
 * agents of other projects may check less than the agent of this project
 */
export function responseOf(outcome: WholeOutcome, method: string): VisitorResponse {
  if (outcome.kind === 'failure') throw fromAgentError(outcome.code);
  const { status, headers } = headOf(outcome);
  // Each hop computes the length from the bytes. Only where there is no body, in the answer to HEAD and in a 304, may
  // `content-length` state the length for a GET (RFC 9110 section 8.6).
  if ((method !== 'HEAD' && status !== 304) || status === 204) delete headers['content-length'];
  return { status, headers, body: outcome.body };
}

/**
 * The same for an answer whose body comes later. It keeps the length that the local service has stated: the stream is cut unless so many
 * bytes come (ADR 0052).
 * @throws TunnelError `invalid_response`
 */
export function headOf({ statusCode: status, headers: sent }: Pick<StreamHead, 'statusCode' | 'headers'>): ResponseHead {
  const headers = stripHopByHop(sent);
  if (status < 200 || !isWritable(headers)) throw new TunnelError('invalid_response');
  // These fields are the tunnel's own. A local service must not pretend that its answer is an error of the tunnel.
  for (const name of Object.keys(headers)) if (name.startsWith('x-tunnel-')) delete headers[name];
  headers['via'] = [...(headers['via'] ?? []), '1.1 http-tunnel'];
  return { status, headers };
}

const FIELD_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
/** A line break in a value would start a new header field (RFC 9110 section 5.5). */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

const isWritable = (headers: Headers): boolean =>
  Object.entries(headers).every(([name, values]) => FIELD_NAME.test(name) && values.every((value) => FIELD_VALUE.test(value)));

/** The response for a tunnel error: a page for visitors that ask for HTML, an RFC 9457 problem for all others. */
export function errorResponse(error: TunnelError, accept: string | undefined, requestId: string): VisitorResponse {
  const { status, title, remedy, retryable, retryAfter } = error.entry;
  const page = prefersHtml(accept);
  const { code, detail } = error;
  const text = page
    ? errorPage({ status, title, detail, remedy, requestId })
    : JSON.stringify({ type: 'about:blank', title, status, detail, code, remedy, retryable, requestId });
  return {
    status,
    headers: {
      'content-type': [page ? 'text/html; charset=utf-8' : 'application/problem+json'],
      'cache-control': ['no-store'],
      'x-tunnel-error': [error.code],
      ...(retryAfter !== undefined && { 'retry-after': [String(retryAfter)] }),
      ...error.headers,
    },
    body: new TextEncoder().encode(text),
  };
}

/** Browsers name text/html in `Accept`; programs name JSON, or accept anything. */
const prefersHtml = (accept: string | undefined): boolean => /\btext\/html\b/i.test(accept ?? '');

function errorPage(error: { status: number; title: string; detail: string | undefined; remedy: string; requestId: string }): string {
  const { status, title, detail, remedy, requestId } = error;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${status} ${escapeHtml(title)}</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 15vh auto; padding: 0 1.5rem; color: #1c2430 }
  h1 { font-size: 1.5rem } p.status { color: #66707f; letter-spacing: .05em } small { color: #66707f }
  @media (prefers-color-scheme: dark) { body { background: #14181f; color: #e6e9ee } }
</style>
<p class="status">${status}</p>
<h1>${escapeHtml(title)}</h1>
${detail === undefined ? '' : `<p>${escapeHtml(detail)}</p>\n`}<p>${escapeHtml(remedy)}</p>
<p><small>Request ${escapeHtml(requestId)}</small></p>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
