import {
  cookieDomain,
  formatSetCookie,
  isWithinDomain,
  parseSetCookie,
  translateReferences,
  translateRequestReferences,
  type Headers,
} from '../protocol';
import { AgentOptionError } from './errors';
import { formatTarget, type LocalTarget } from './local-target';

const HOST = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i;

/**
 * The Host that the local service gets: the visitor's (`preserve`), the local service's own address (`rewrite`), or the given one, for
 * development servers that serve only known hosts.
 * @returns undefined for the visitor's Host
 * @throws AgentOptionError
 */
export function resolveHostHeader(option: string, target: LocalTarget): string | undefined {
  if (option === 'preserve') return undefined;
  if (option === 'rewrite') return formatTarget(target).replace(/:80$/, '');
  if (HOST.test(option)) return option;
  throw new AgentOptionError(`host header "${option}" is not a host: give preserve, rewrite, or a host such as app.test:3000`);
}

/**
 * Gives a request the rewritten Host, and puts it into WebDAV's references to the visitor's Host, which is in `X-Forwarded-Host`. Services
 * refuse a `Destination` on another host.
 * @param host undefined for the visitor's own
 */
export function withRewrittenHost(headers: Headers, host: string | undefined): Headers {
  if (host === undefined) return headers;
  const own: Headers = { ...headers, host: [host] };
  translateRequestReferences(own, headers['x-forwarded-host']?.[0], (origin, rest) => (origin === '' ? rest : `http://${host}${rest}`));
  return own;
}

/**
 * Removes the rewritten Host from an answer. A service that got another Host builds URLs with that Host, which visitors cannot reach. So
 * references to that Host lose their origin, and cookies for that Host lose their domain.
 * @param host the Host that the local service got; undefined for the visitor's own
 */
export function withoutRewrittenHost(headers: Headers, host: string | undefined): Headers {
  if (host === undefined) return headers;
  const own: Headers = { ...headers };
  translateReferences(own, host, (_origin, rest) => (rest.startsWith('/') ? rest : `/${rest}`));
  const hostname = host.replace(/:\d*$/, '').toLowerCase();
  const cookies = own['set-cookie'];
  if (cookies) own['set-cookie'] = cookies.map((cookie) => withoutDomain(cookie, hostname));
  return own;
}

function withoutDomain(text: string, hostname: string): string {
  const cookie = parseSetCookie(text);
  const attributes = cookie.attributes.filter((attribute) => {
    const domain = cookieDomain(attribute);
    return domain === undefined || !isWithinDomain(hostname, domain);
  });
  return formatSetCookie({ ...cookie, attributes });
}
