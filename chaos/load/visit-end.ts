import type { VisitorReply } from '../../bench/visitor';
import { TUNNEL_ERRORS, type TunnelErrorCode } from '../../functions/core/tunnel-error';
import type { VisitEnd } from '../judge/history';
import type { Arrival } from './arrivals';
import { namedIn, textFor } from './bodies';

/** Statuses with which API Gateway answers by itself: docs/errors.md. */
const GATEWAY_STATUSES = [400, 413, 429, 431, 500, 503];

/** How a visit ended, by what the visitor got. */
export function endOf({ nonce, downloadBytes, manner }: Arrival, { status, body, headers, failure }: VisitorReply): VisitEnd {
  if (failure !== undefined) return { kind: 'cut', code: failure };
  const code = headers['x-tunnel-error'];
  if (typeof code === 'string') {
    const known = TUNNEL_ERRORS[code as TunnelErrorCode] as { readonly status: number } | undefined;
    return known?.status === status ? { kind: 'tunnel-error', code } : { kind: 'unknown-error', status, found: `x-tunnel-error ${code}` };
  }
  const expected = manner === 'answer' ? 200 : manner === 'error' ? 500 : undefined;
  if (status === expected && body === textFor(nonce, downloadBytes)) return { kind: 'own-answer' };
  if (GATEWAY_STATUSES.includes(status) && /^\{"message":"[\w ]+"\}$/.test(body)) return { kind: 'gateway-error', status };
  return { kind: 'wrong-answer', found: namedIn(body) };
}
