import type { IncomingMessage } from 'node:http';
import { requestTarget } from '../../emulator/http-edge/request-target';

/** Why a request is refused, for a person, and with which status. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
}

/**
 * The URL that a request asks for, or its refusal. The checks look at the URL as it is answered: parsed, with dot segments removed. So no
 * spelling of a URL passes a check that another spelling does not pass.
 * @param port the console's own port
 */
export function admit(request: IncomingMessage, port: number): URL | Refusal {
  const target = requestTarget(request);
  if (!target) return { status: 400, reason: 'the URL or the Host is malformed: ask for a path such as /api/overview' };
  const host = [`127.0.0.1:${port}`, `localhost:${port}`].find((own) => own === target.host);
  if (host === undefined) return { status: 403, reason: `the console is at http://127.0.0.1:${port}` };
  if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, reason: 'the console is read-only' };
  const url = new URL(`http://${host}${target.path}?${target.query}`);
  if (url.pathname.startsWith('/api/') && !isFromOwnPage(request, url.origin))
    return { status: 403, reason: 'the console accepts requests from its own page only' };
  return url;
}

/**
 * Whether a request can come from the console's own page, from the address bar, or from a program that is no browser. A page cannot set
 * these fields. Browsers send `Sec-Fetch-Site` with every request: navigation, fetch, EventSource, form and image. Older browsers send
 * only `Origin`, with each request whose answer a script of another origin could read. An image of another origin then passes, but its
 * page can read nothing of the answer, and no request to the console changes anything.
 */
function isFromOwnPage({ headers }: IncomingMessage, ownOrigin: string): boolean {
  const { 'sec-fetch-site': site = 'none', origin = ownOrigin } = headers;
  return (site === 'same-origin' || site === 'none') && origin === ownOrigin;
}
