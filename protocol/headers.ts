/**
 * Which header fields travel end to end. Both ends of the tunnel are proxies in the sense of RFC 9110 section 7.6.1: each
 * strips the fields that belong to its own hop, and those that `Connection` names.
 */
export type Headers = Record<string, string[]>;

export const isHeaders = (value: unknown): value is Headers =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((values) => Array.isArray(values) && values.every((each) => typeof each === 'string'));

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/** Fields that no `Connection` token may remove: a sender could otherwise remove fields that later hops rely on. */
const NOT_REMOVABLE = new Set(['host', 'content-length', 'authorization', 'cookie', 'via']);
const isProtected = (name: string): boolean => NOT_REMOVABLE.has(name) || name.startsWith('x-forwarded-');

/**
 * Removes hop-by-hop fields; names come out in lower case, values keep their order within a name.
 * `TE: trailers` is dropped too: the tunnel carries no trailers.
 */
export function stripHopByHop(headers: Headers): Headers {
  const named = new Set<string>();
  for (const [name, values] of Object.entries(headers)) {
    if (name.toLowerCase() !== 'connection') continue;
    for (const token of values.join(',').split(',')) named.add(token.trim().toLowerCase());
  }
  const kept: Headers = Object.create(null) as Headers;
  for (const [name, values] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower) || (named.has(lower) && !isProtected(lower))) continue;
    kept[lower] = [...(kept[lower] ?? []), ...values];
  }
  return kept;
}
