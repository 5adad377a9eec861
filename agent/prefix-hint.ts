import type { Headers } from '../protocol';

/**
 * Tells the agent's user of HTTP Digest authentication below a path prefix (RFC 7616): the visitor signs the path with the prefix, and the
 * local service checks the path without the prefix, so no password is ever right.
 * @returns undefined when the exchange gives no reason for a hint
 */
export function prefixHint(request: Headers, response: Headers): string | undefined {
  const prefix = request['x-forwarded-prefix']?.[0];
  const asksForDigest = response['www-authenticate']?.some((challenge) => /(^|[\s,])digest\s/i.test(challenge)) ?? false;
  if (prefix === undefined || !asksForDigest) return undefined;
  return (
    `the local service asks for HTTP Digest authentication, which cannot work below the path prefix ${prefix}: ` +
    'visit the tunnel at a host of its own (the environment needs a tunnel domain), or let the service use Basic'
  );
}
