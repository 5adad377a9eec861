/** Helpers for canonical requests (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). */
import { createHash } from 'node:crypto';

/** Names and values of a URL's query, decoded. */
export function queryPairsOf(url: string): [string, string][] {
  const start = url.indexOf('?');
  if (start < 0) return [];
  const pairs = url
    .slice(start + 1)
    .split('&')
    .filter((pair) => pair !== '');
  return pairs.map((pair) => {
    const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(pair) ?? [];
    return [decode(name), decode(value)];
  });
}

/** Percent-decodes a text. A malformed sequence stays as it is; the check of the signature then decides. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
/** The value of a header that may occur several times. */
export const joined = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value.join(',') : value);
export const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
