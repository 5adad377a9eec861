import { traceIdHeader } from './trace-id';
import { endToEndFields, type Fields } from './end-to-end-fields';

export interface Arrival {
  /** As Node gives them: name, value, name, value … */
  readonly rawHeaders: readonly string[];
  readonly host: string;
  readonly sourceIp: string;
  /** The port that the visitor connected to. */
  readonly port: number;
  /** In ms since the epoch. */
  readonly at: number;
  readonly bodyBytes: number;
}

/**
 * Header fields as an HTTP API event carries them: lower-case names, repeats joined with a comma, cookies separate, hop-by-hop
 * fields dropped, and API Gateway's data about the visitor added: `x-forwarded-for` is extended, the other fields are replaced.
 * AWS always says `https` and 443. Here the fields have the visitor's real protocol and port, so that links made from them work.
 */
export function eventHeaders(arrival: Arrival): { headers: Record<string, string>; cookies: string[] } {
  const { host, sourceIp, port, at, bodyBytes } = arrival;
  // The edge has already handled `expect`. The length is counted again, because the body may have come in chunks.
  const { cookie = [], expect: _, ...fields } = endToEndFields(collect(arrival.rawHeaders));
  // The object has no prototype, because a visitor may name a field `__proto__`.
  const headers = Object.create(null) as Record<string, string>;
  for (const [name, values] of Object.entries(fields)) headers[name] = values.join(',');
  headers['host'] = host;
  headers['content-length'] = String(bodyBytes);
  headers['x-amzn-trace-id'] = traceIdHeader(headers['x-amzn-trace-id'], at);
  headers['x-forwarded-for'] = [...(fields['x-forwarded-for'] ?? []), sourceIp].join(', ');
  headers['x-forwarded-port'] = String(port);
  headers['x-forwarded-proto'] = 'http';
  return { headers, cookies: cookie.flatMap(splitCookies) };
}

function collect(rawHeaders: readonly string[]): Fields {
  const headers = Object.create(null) as Fields;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    (headers[name] ??= []).push(rawHeaders[index + 1] ?? '');
  }
  return headers;
}

const splitCookies = (field: string): string[] =>
  field
    .split(';')
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie !== '');
