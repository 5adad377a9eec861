/** Fields by name, each with its values in the order in which they came. */
export type Fields = Record<string, string[]>;

/** Fields that belong to one connection (https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1), and those of proxies that came before it. */
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

/** No token of `Connection` removes these: a sender could otherwise take away what later hops rely on. */
const KEPT = /^(host|content-length|authorization|cookie|via|x-forwarded-.*)$/;

/** The fields that travel further than this hop, by their lower-case names. */
export function endToEndFields(fields: Fields): Fields {
  const lower = Object.entries(fields).map(([name, values]) => [name.toLowerCase(), values] as const);
  const named = new Set(
    lower
      .flatMap(([name, values]) => (name === 'connection' ? values.join(',').split(',') : []))
      .map((token) => token.trim().toLowerCase()),
  );
  // Without a prototype: a visitor may name a field `__proto__`.
  const kept = Object.create(null) as Fields;
  for (const [name, values] of lower) {
    if (OF_ONE_HOP.has(name) || (named.has(name) && !KEPT.test(name))) continue;
    kept[name] = [...(kept[name] ?? []), ...values];
  }
  return kept;
}
