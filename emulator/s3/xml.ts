/** XML in S3's format. */

/** Text that is XML already. */
export interface Xml {
  readonly xml: string;
}

/** @param content elements, or a text, which is escaped */
export const element = (name: string, ...content: readonly (Xml | string | number | boolean)[]): Xml => ({
  xml: `<${name}>${content.map((each) => (typeof each === 'object' ? each.xml : escaped(String(each)))).join('')}</${name}>`,
});

export const xmlDocument = ({ xml }: Xml): string => `<?xml version="1.0" encoding="UTF-8"?>\n${xml}`;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Control characters become character references, as in S3, although XML 1.0 does not allow most of them. */
const escaped = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- matches control characters on purpose
  text.replace(/[&<>"\u0000-\u001f]/g, (char) => ENTITIES[char] ?? `&#x${char.charCodeAt(0).toString(16)};`);
