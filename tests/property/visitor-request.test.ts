import fc from 'fast-check';
import { encodePath, routeOf } from '../../functions/core/visitor-request';
import { decodePath } from '../../emulator/gateway/http-api/decode-path';
import { visitorRequest as request } from '../support/visitor-request';
import { anyCharacter } from '../support/any-character';

/** Well-formed Unicode: a path that could not be decoded never reaches us. */
const decodedPath = fc.string({ unit: anyCharacter }).filter((text) => text.isWellFormed());

test('an encoded path decodes to the original path, and contains only visible ASCII characters', () => {
  fc.assert(
    fc.property(decodedPath, (path) => {
      const encoded = encodePath(path);
      expect(decodeURIComponent(encoded)).toBe(path);
      expect(encoded).toMatch(/^[\x21-\x7e]*$/);
    }),
  );
});

test('an encoded path is what a browser sends: the URL parser does not change it', () => {
  // The segment has no slash: otherwise the URL parser would resolve dot segments, as browsers do.
  const segment = fc.string({ unit: anyCharacter }).filter((text) => !text.includes('^') && text.isWellFormed());
  fc.assert(
    fc.property(segment, (text) => {
      const encoded = encodePath(`/a${text}`.replaceAll('/', '_'));
      expect(new URL(`http://host/${encoded}`).pathname).toBe(`/${encoded}`);
    }),
  );
});

test('a path that a person types into a browser is encoded as the browser sent it, although the edge has decoded it', () => {
  // A typed text may contain an escape that is not needed, and browsers send ^ raw or encoded.
  const typed = fc.string({ unit: anyCharacter }).filter((text) => !/[?#%^]/.test(text));
  fc.assert(
    fc.property(typed, (text) => {
      const sent = new URL(`http://host/${text}`).pathname;
      expect(encodePath(decodePath(sent) ?? '')).toBe(sent);
    }),
    { examples: [['/a//b/'], ['a;b=c'], ['你'], ['sp ace'], ['a+b']] },
  );
});

test('encodePath leaves every printable ASCII character unchanged that a browser leaves unchanged, except % and \\', () => {
  const printable = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i)).filter((char) => !'/?#%\\^'.includes(char));
  expect(encodePath('/[x]|^')).toBe('/[x]|^');
  for (const char of printable) expect(encodePath(`/a${char}`)).toBe(new URL(`http://host/a${char}`).pathname);
});

test('the query string is passed on byte for byte', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii' }), (rawQuery) => {
      const route = routeOf(request({ path: '/demo/a', rawQuery }), undefined);
      expect(route?.uri).toBe(rawQuery === '' ? '/a' : `/a?${rawQuery}`);
    }),
  );
});

test('a path below the prefix of a tunnel and the same path on its own host give the same path for the local service', () => {
  fc.assert(
    fc.property(decodedPath, (rest) => {
      const byPath = routeOf(request({ path: encodePath(`/demo/${rest}`) }), 'localhost');
      const byHost = routeOf(request({ path: encodePath(`/${rest}`), headers: { host: ['demo.localhost:8080'] } }), 'localhost');
      expect(byPath?.tunnelId).toBe('demo');
      expect(byHost?.tunnelId).toBe('demo');
      expect(byPath?.uri).toBe(byHost?.uri);
    }),
  );
});
