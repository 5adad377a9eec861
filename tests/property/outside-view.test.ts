import fc from 'fast-check';
import { outsideView } from '../../functions/core/outside-view';
import { routeOf, type Route } from '../../functions/core/visitor-request';
import { cookieAttribute, parseSetCookie, type Headers } from '../../protocol';
import { visitorRequest } from '../support/visitor-request';

const PAGE = 'http://tunnels.example/demo/a';

function seen(headers: Headers): Headers {
  const request = visitorRequest({ path: '/demo/a', headers: { host: ['tunnels.example'] } });
  return outsideView({ status: 200, headers, body: new Uint8Array() }, request, routeOf(request, 'tunnels.example') as Route).headers;
}

const text = fc.stringMatching(/^[!-:<-~]{0,12}$/);
const mixed = (name: string): fc.Arbitrary<string> => fc.mixedCase(fc.constant(name));
const attribute = fc.oneof(
  fc
    .tuple(
      mixed('Path'),
      fc.constantFrom('=', ' = '),
      fc.oneof(
        text.map((path) => `/${path}`),
        text,
      ),
    )
    .map((parts) => parts.join('')),
  fc
    .tuple(mixed('Domain'), fc.constantFrom('=', '=.'), fc.constantFrom('tunnels.example', 'EXAMPLE', 'other.example'))
    .map((parts) => parts.join('')),
  fc.constantFrom('HttpOnly', 'Secure', 'Max-Age=1', ''),
);
const cookie = fc.tuple(text, fc.array(attribute, { maxLength: 5 })).map(([value, attributes]) => [`s=${value}`, ...attributes].join('; '));

test('a cookie of a local service keeps its value, and stays below the path prefix and on this host', () => {
  fc.assert(
    fc.property(cookie, (set) => {
      const [outside = ''] = seen({ 'set-cookie': [set] })['set-cookie'] ?? [];
      const { pair, attributes } = parseSetCookie(outside);
      expect(pair).toBe(parseSetCookie(set).pair);
      for (const { name, value } of attributes.map(cookieAttribute)) {
        if (name === 'path' && value.startsWith('/')) expect(`${value}/`).toMatch(/^\/demo[/?#]/);
        if (name === 'domain') expect(value).toMatch(/^\.?other\.example$/);
      }
    }),
  );
});

test('a redirect within the local service leads to a path below the prefix, and never to another host', () => {
  fc.assert(
    fc.property(fc.webPath(), fc.webQueryParameters(), (path, query) => {
      const place = `/${path.replace(/^\/+/, '')}?${query}`;
      for (const location of [place, `http://tunnels.example${place}`]) {
        const [outside = ''] = seen({ location: [location] })['location'] ?? [];
        const { host, pathname } = new URL(outside, PAGE);
        expect(host).toBe('tunnels.example');
        // Dot segments are resolved by the browser, and led back if they leave the prefix.
        if (!/(^|\/)\.{1,2}(\/|$)/.test(path)) expect(`${pathname}/`).toMatch(/^\/demo\//);
      }
    }),
  );
});

test('a redirect of the local service to another host stays unchanged', () => {
  fc.assert(
    fc.property(fc.webUrl({ validSchemes: ['http', 'https'] }), (location) => {
      fc.pre(new URL(location).host !== 'tunnels.example');
      expect(seen({ location: [location] })['location']).toEqual([location]);
    }),
  );
});
