import fc from 'fast-check';
import { encodePath, routeOf } from '../../functions/core/visitor-request';
import { decodePath } from '../../emulator/gateway/http-api/decode-path';
import { visitorRequest as request } from '../support/visitor-request';
import { anyCharacter } from '../support/any-character';

/** Well-formed Unicode: a path that could not be decoded never reaches us. */
const decodedPath = fc.string({ unit: anyCharacter }).filter((text) => text.isWellFormed());

test('an encoded path decodes to what it was and is fit for a request line', () => {
  fc.assert(
    fc.property(decodedPath, (path) => {
      const encoded = encodePath(path);
      expect(decodeURIComponent(encoded)).toBe(path);
      expect(encoded).toMatch(/^[\x21-\x7e]*$/);
    }),
  );
});

test('an encoded path is what a browser would send: the URL parser leaves it as it is', () => {
  // The URL parser itself resolves dot segments, which is the browser's business and not ours.
  const segment = fc.string({ unit: anyCharacter }).filter((text) => !text.includes('^') && text.isWellFormed());
  fc.assert(
    fc.property(segment, (text) => {
      const encoded = encodePath(`/a${text}`.replaceAll('/', '_'));
      expect(new URL(`http://host/${encoded}`).pathname).toBe(`/${encoded}`);
    }),
  );
});

test('a path that somebody types into a browser arrives as the browser sent it, though the edge decodes it', () => {
  // What is typed encoded may be so without need; ^ is sent in either way.
  const typed = fc.string({ unit: anyCharacter }).filter((text) => !/[?#%^]/.test(text));
  fc.assert(
    fc.property(typed, (text) => {
      const sent = new URL(`http://host/${text}`).pathname;
      expect(encodePath(decodePath(sent) ?? '')).toBe(sent);
    }),
    { examples: [['/a//b/'], ['a;b=c'], ['你'], ['sp ace'], ['a+b']] },
  );
});

test('of printable ASCII nothing is encoded that a browser sends raw, but % and \\', () => {
  const printable = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i)).filter((char) => !'/?#%\\^'.includes(char));
  expect(encodePath('/[x]|^')).toBe('/[x]|^');
  for (const char of printable) expect(encodePath(`/a${char}`)).toBe(new URL(`http://host/a${char}`).pathname);
});

test('the query goes on byte for byte', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii' }), (rawQuery) => {
      const route = routeOf(request({ decodedPath: '/demo/a', rawQuery }), undefined);
      expect(route?.uri).toBe(rawQuery === '' ? '/a' : `/a?${rawQuery}`);
    }),
  );
});

test("a path under a tunnel's prefix and under its own host is the same to the local service", () => {
  fc.assert(
    fc.property(decodedPath, (rest) => {
      const byPath = routeOf(request({ decodedPath: `/demo/${rest}` }), 'localhost');
      const byHost = routeOf(request({ decodedPath: `/${rest}`, headers: { host: ['demo.localhost:8080'] } }), 'localhost');
      expect(byPath?.tunnelId).toBe('demo');
      expect(byHost?.tunnelId).toBe('demo');
      expect(byPath?.uri).toBe(byHost?.uri);
    }),
  );
});
