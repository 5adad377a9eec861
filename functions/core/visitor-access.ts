import { isAmong, isInRanges, tokenDigest, type VisitorAccess } from '../../protocol';
import { TunnelError } from './tunnel-error';
import type { VisitorRequest } from './visitor-request';

/**
 * Digest of `user:password` under a salt, see protocol/visitor-access.ts.
 * @param address the visitor's address, whose guesses are counted
 * @throws TunnelError `too_many_guesses`
 */
export type PasswordDigest = (userAndPassword: string, salt: string, address: string) => Promise<string>;

/**
 * Checks whether a visitor may enter, before anything is sent to the agent.
 * @returns the request to forward; the credentials for the tunnel are removed, unless the agent asked for them
 * @throws TunnelError `visitor_not_allowed` for an address outside the ranges, `visitor_unauthorized` without valid credentials,
 * and the errors of `digest`
 */
export async function admit(
  request: VisitorRequest,
  tunnel: { readonly tunnelId: string; readonly access?: VisitorAccess },
  digest: PasswordDigest,
): Promise<VisitorRequest> {
  const { access } = tunnel;
  if (!access) return request;
  if (access.cidrs && !isInRanges(request.sourceIp, access.cidrs)) throw new TunnelError('visitor_not_allowed');
  if (!access.passwords && !access.tokens) return request;
  if (access.allow_preflight && isPreflight(request)) return request;
  if (!(await hasCredentials(request, access, digest))) {
    throw new TunnelError('visitor_unauthorized', undefined, { headers: { 'www-authenticate': challenges(tunnel.tunnelId, access) } });
  }
  if (access.forward_authorization) return request;
  const { authorization: _, ...headers } = request.headers;
  return { ...request, headers };
}

/**
 * Whether a request is a CORS preflight as browsers send it (https://fetch.spec.whatwg.org/#cors-preflight-fetch): without
 * credentials and without a body. A request with either of them is not a preflight, so nothing else passes unchecked.
 */
const isPreflight = ({ method, headers, body }: VisitorRequest): boolean =>
  method === 'OPTIONS' &&
  headers['origin'] !== undefined &&
  headers['access-control-request-method'] !== undefined &&
  headers['authorization'] === undefined &&
  headers['cookie'] === undefined &&
  body.length === 0;

async function hasCredentials({ headers, sourceIp }: VisitorRequest, access: VisitorAccess, digest: PasswordDigest): Promise<boolean> {
  const [, scheme = '', credentials = ''] = /^(basic|bearer) +(\S+)$/i.exec(headers['authorization']?.[0] ?? '') ?? [];
  switch (scheme.toLowerCase()) {
    case 'basic':
      return access.passwords !== undefined && isAmong(await digest(decoded(credentials), access.salt, sourceIp), access.passwords);
    case 'bearer':
      return access.tokens !== undefined && isAmong(tokenDigest(credentials, access.salt), access.tokens);
    default:
      return false;
  }
}

const decoded = (base64: string): string => Buffer.from(base64, 'base64').toString();

function challenges(realm: string, access: VisitorAccess): string[] {
  return [...(access.passwords ? [`Basic realm="${realm}", charset="UTF-8"`] : []), ...(access.tokens ? [`Bearer realm="${realm}"`] : [])];
}
