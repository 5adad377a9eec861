import { traceIdHeader } from '../trace-id';
import { endToEndFields, type Fields } from './end-to-end-fields';

export interface Arrival {
  /** As Node gives them: name, value, name, value … */
  readonly rawHeaders: readonly string[];
  readonly host: string;
  readonly sourceIp: string;
  /** The port the visitor connected to. */
  readonly port: number;
  /** In ms since the epoch. */
  readonly at: number;
  readonly bodyBytes: number;
}

/**
 * Header fields as an HTTP API event carries them: lower-case names, repeats joined with a comma, cookies apart, hop-by-hop
 * fields dropped, and what API Gateway knows of the visitor added. `x-forwarded-for` is appended to, the others replaced.
 * AWS always says `https` and 443; here it is what the visitor really used, or links made from it would not work.
 */
export function eventHeaders(arrival: Arrival): { headers: Record<string, string>; cookies: string[] } {
  const { host, sourceIp, port, at, bodyBytes } = arrival;
  // The expectation has been met here, and the body is counted anew: it may have come in chunks.
  const { cookie = [], expect: _, ...fields } = endToEndFields(collect(arrival.rawHeaders));
  const headers: Record<string, string> = {};
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
