import {
  cookieAttribute,
  cookieDomain,
  formatSetCookie,
  isWithinDomain,
  parseSetCookie,
  translateReferences,
  type Headers,
} from '../../../protocol';

/** The reference as it is translated for a service that knows itself as `host`: origin and rest, marked. */
function translated(reference: string, host: string | undefined = 'app.local:8080'): string {
  const headers: Headers = { location: [reference] };
  translateReferences(headers, host, (origin, rest) => `<${origin}|${rest}>`);
  return headers['location']?.[0] ?? '';
}

test.each([
  ['/x?y#z', '<|/x?y#z>'],
  ['/', '<|/>'],
  ['http://app.local:8080/x', '<http://app.local:8080|/x>'],
  ['HTTPS://APP.local:8080?q', '<HTTPS://APP.local:8080|?q>'],
  ['//app.local:8080', '<//app.local:8080|>'],
  ['//app.local:8080#f', '<//app.local:8080|#f>'],
  ['http://app.local:8080\\x', '<http://app.local:8080|\\x>'],
  ['http://app.local:8080/a\nb', '<http://app.local:8080|/a\nb>'],
  ['/\n//app.local:8080/a', '<|/\n//app.local:8080/a>'],
])('a reference to the local service itself is translated: %j becomes %j', (reference, expected) => {
  expect(translated(reference)).toBe(expected);
});

test.each(['x', '../x', '?q', '#f', '', 'http://other.local/', '//app.local', 'x//app.local:8080/', 'ftp://app.local:8080/', 'mailto:a@b'])(
  'a relative reference, or a reference to another host or scheme, stays unchanged: "%s"',
  (reference) => {
    expect(translated(reference)).toBe(reference);
  },
);

test('only absolute paths are translated when the host of the local service is unknown', () => {
  const headers: Headers = { location: ['/x', 'http://app.local/x'] };
  translateReferences(headers, undefined, (_, rest) => `/demo${rest}`);
  expect(headers).toEqual({ location: ['/demo/x', 'http://app.local/x'] });
});

test('references are translated in the headers Location and Content-Location only', () => {
  const headers: Headers = { location: ['/a', '/b'], 'content-location': ['/c'], link: ['/d'] };
  translateReferences(headers, undefined, (_, rest) => `/demo${rest}`);
  expect(headers).toEqual({ location: ['/demo/a', '/demo/b'], 'content-location': ['/demo/c'], link: ['/d'] });
  const none: Headers = { link: ['/d'] };
  translateReferences(none, undefined, (_, rest) => `/demo${rest}`);
  expect(none).toEqual({ link: ['/d'] });
});

test.each([
  ['s=1; Path=/; HttpOnly', 's', 's=1', [' Path=/', ' HttpOnly']],
  [' s = a=b', 's', ' s = a=b', []],
  ['s="a;b"', 's', 's="a', ['b"']],
  ['no-name', '', 'no-name', []],
  ['=value', '', '=value', []],
  ['', '', '', []],
])('the Set-Cookie value "%s" is parsed with the name "%s", and formatted again without a change', (text, name, pair, attributes) => {
  expect(parseSetCookie(text)).toEqual({ name, pair, attributes });
  expect(formatSetCookie(parseSetCookie(text))).toBe(text);
});

test.each([
  [' Path=/', 'path', '/'],
  [' PATH = /a=b ', 'path', '/a=b'],
  [' HttpOnly ', 'httponly', ''],
  ['', '', ''],
  [' Path=/a\nb', 'path', '/a\nb'],
])('the cookie attribute %j is parsed as the name %j with the value %j', (attribute, name, value) => {
  expect(cookieAttribute(attribute)).toEqual({ name, value });
});

test.each([
  [' Domain=App.Example', 'app.example'],
  [' domain = .app.example', 'app.example'],
  [' Domain=..app.example', '.app.example'],
  [' Path=/', undefined],
])('the cookie attribute "%s" has the domain %s', (attribute, domain) => {
  expect(cookieDomain(attribute)).toBe(domain);
});

test.each([
  ['app.example', 'app.example', true],
  ['a.app.example', 'app.example', true],
  ['myapp.example', 'app.example', false],
  ['example', 'app.example', false],
])('the host %s is within the domain %s: %s', (hostname, domain, within) => {
  expect(isWithinDomain(hostname, domain)).toBe(within);
});
