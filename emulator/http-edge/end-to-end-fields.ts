/** Header fields by name, each with its values in the order of arrival. */
export type Fields = Record<string, string[]>;

/** Fields that belong to one connection (https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1), and such fields of older proxies. */
const OF_ONE_HOP = new Set([
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

/** `Connection` cannot remove these fields. Otherwise a sender could remove fields that later hops rely on. */
const KEPT = /^(host|content-length|authorization|cookie|via|x-forwarded-.*)$/;

/** The fields that are passed on beyond this hop, by their lower-case names. */
export function endToEndFields(fields: Fields): Fields {
  const lower = Object.entries(fields).map(([name, values]) => [name.toLowerCase(), values] as const);
  const named = new Set(
    lower
      .flatMap(([name, values]) => (name === 'connection' ? values.join(',').split(',') : []))
      .map((token) => token.trim().toLowerCase()),
  );
  // The object has no prototype, because a visitor may name a field `__proto__`.
  const kept = Object.create(null) as Fields;
  for (const [name, values] of lower) {
    if (OF_ONE_HOP.has(name) || (named.has(name) && !KEPT.test(name))) continue;
    kept[name] = [...(kept[name] ?? []), ...values];
  }
  return kept;
}
