import { outsideView } from '../../../functions/core/outside-view';
import { routeOf, type Route } from '../../../functions/core/visitor-request';
import type { Headers } from '../../../protocol';
import { visitorRequest } from '../../support/visitor-request';

/** The header fields of an answer, as a visitor of `tunnels.example` receives them. */
function seen(answer: Headers, { host = 'tunnels.example', path = '/demo/a', method = 'GET', headers = {} } = {}): Headers {
  const request = visitorRequest({ method, path: path, headers: { host: [host], ...headers } });
  const route = routeOf(request, 'tunnels.example') as Route;
  return outsideView({ status: 200, headers: answer, body: Buffer.from('<a href="/x">') }, request, route).headers;
}
const OWN_HOST = { host: 'demo.tunnels.example', path: '/a' };

describe('an answer of a tunnel below a path prefix', () => {
  test.each([
    ['/x?y#z', '/demo/x?y#z'],
    ['/', '/demo/'],
    ['http://tunnels.example/x', 'http://tunnels.example/demo/x'],
    ['https://TUNNELS.example?q', 'https://TUNNELS.example/demo?q'],
    ['//tunnels.example/x', '//tunnels.example/demo/x'],
    ['http://tunnels.example\\x', 'http://tunnels.example/demo\\x'],
    ['/demo/x', '/demo/x'],
    ['/demo', '/demo'],
    ['/demo?q', '/demo?q'],
    ['/demonstration', '/demo/demonstration'],
    ['/\\evil.example', '/demo/\\evil.example'],
    ['x', 'x'],
    ['../x', '../x'],
    ['?q', '?q'],
    ['', ''],
    ['https://other.example/x', 'https://other.example/x'],
    ['//other.example/x', '//other.example/x'],
    ['https://tunnels.example.evil/x', 'https://tunnels.example.evil/x'],
    ['mailto:a@tunnels.example', 'mailto:a@tunnels.example'],
  ])('shows the reference %s to the visitor as %s', (inside, outside) => {
    expect(seen({ location: [inside], 'content-location': [inside] })).toEqual({ location: [outside], 'content-location': [outside] });
  });

  test.each([
    ['s=1; Path=/; HttpOnly', 's=1; Path=/demo; HttpOnly'],
    ['s=1; path=/a/b', 's=1; Path=/demo/a/b'],
    ['s=1; Path=/demo/a', 's=1; Path=/demo/a'],
    ['s=1; Path=/demonstration', 's=1; Path=/demo/demonstration'],
    ['s=1', 's=1; Path=/demo'],
    ['s=1; Path=', 's=1; Path=; Path=/demo'],
    ['s=a=b, c; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 's=a=b, c; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/demo'],
    ['s=1; Domain=tunnels.example; Path=/demo', 's=1; Path=/demo'],
    ['s=1; Domain=.EXAMPLE; Secure; Path=/demo', 's=1; Secure; Path=/demo'],
    ['s=1; Domain=other.example; Path=/demo', 's=1; Domain=other.example; Path=/demo'],
    ['s=1; Comment=/x', 's=1; Comment=/x; Path=/demo'],
  ])('shows the cookie "%s" to the visitor as "%s"', (inside, outside) => {
    expect(seen({ 'set-cookie': [inside] })['set-cookie']).toEqual([outside]);
  });

  test.each([
    ['/demo', '/demo'],
    ['/demo/', '/demo'],
    // The browser asked for `/demo%2Flogin`, for which its own default is `/`.
    ['/demo/login', '/demo'],
    ['/demo/a/b', '/demo/a'],
    ['/demo/%C3%BC/', '/demo/%C3%BC'],
  ])('limits a cookie without a path, in the answer to %s, to the path %s', (path, cookiePath) => {
    expect(seen({ 'set-cookie': ['s=1'] }, { path })['set-cookie']).toEqual([`s=1; Path=${cookiePath}`]);
  });

  test('removes the Domain of a cookie for the host also when the Host header contains a port', () => {
    expect(seen({ 'set-cookie': ['s=1; Domain=tunnels.example; Path=/demo'] }, { host: 'TUNNELS.example:8080' })['set-cookie']).toEqual([
      's=1; Path=/demo',
    ]);
  });

  test('sets a tunnel cookie, which scripts and other sites cannot use, when it answers a page request', () => {
    expect(seen({}, { headers: { 'sec-fetch-dest': ['document'] } })['set-cookie']).toEqual([
      'http-tunnel=demo; Path=/; HttpOnly; SameSite=Lax',
    ]);
    expect(seen({ 'set-cookie': ['s=1'] }, { headers: { accept: ['text/html'], 'x-forwarded-proto': ['https'] } })['set-cookie']).toEqual([
      's=1; Path=/demo',
      '__Host-http-tunnel=demo; Path=/; HttpOnly; SameSite=Lax; Secure',
    ]);
  });

  test.each([
    ['has the tunnel cookie already', { 'sec-fetch-dest': ['document'], cookie: ['a=1; http-tunnel=demo'] }, 'GET'],
    [
      'has the tunnel cookie for https already',
      { 'sec-fetch-dest': ['document'], 'x-forwarded-proto': ['https'], cookie: ['__Host-http-tunnel=demo'] },
      'GET',
    ],
    ['is a fetch of a script', { 'sec-fetch-dest': ['empty'], accept: ['text/html'] }, 'GET'],
    ['is for an iframe', { 'sec-fetch-dest': ['iframe'] }, 'GET'],
    ['is a POST', { 'sec-fetch-dest': ['document'] }, 'POST'],
    ['has no headers of a browser', {}, 'GET'],
  ])('sets no tunnel cookie when the request %s', (_what, headers: Headers, method) => {
    expect(seen({}, { headers, method })).not.toHaveProperty('set-cookie');
  });
});

describe('an answer of a tunnel with its own host', () => {
  test('keeps references and paths of cookies, and sets no tunnel cookie', () => {
    const answer = { location: ['/x'], 'set-cookie': ['s=1; Path=/'] };
    expect(seen(answer, { ...OWN_HOST, headers: { 'sec-fetch-dest': ['document'] } })).toEqual(answer);
  });

  test('names https for visitors who came by https, where the local service named its own scheme', () => {
    const headers = { 'x-forwarded-proto': ['https'] };
    const answer = { location: ['http://demo.tunnels.example/sub/'], 'content-location': ['http://other.example/x'] };
    const https = { ...answer, location: ['https://demo.tunnels.example/sub/'] };
    expect(seen(answer, { ...OWN_HOST, headers })).toEqual(https);
    expect(seen(answer, OWN_HOST)).toEqual(answer);
  });

  test.each([
    ['s=1; Domain=demo.tunnels.example', 's=1; Domain=demo.tunnels.example'],
    ['s=1; Domain=tunnels.example; Path=/', 's=1; Path=/'],
    ['s=1; domain = .Example', 's=1'],
  ])('limits cookies to its own host: "%s" becomes "%s"', (inside, outside) => {
    expect(seen({ 'set-cookie': [inside] }, OWN_HOST)['set-cookie']).toEqual([outside]);
  });
});

test('a local service cannot set the tunnel cookie', () => {
  for (const where of [{}, OWN_HOST]) {
    expect(
      seen({ 'set-cookie': ['http-tunnel=evil; Path=/', ' http-tunnel =evil', '__Host-http-tunnel=evil; Path=/; Secure'] }, where),
    ).not.toHaveProperty('set-cookie');
  }
});

test('an answer keeps its body and its status', () => {
  const request = visitorRequest({ path: '/demo/' });
  const body = Buffer.from('<a href="/x">');
  expect(outsideView({ status: 302, headers: {}, body }, request, routeOf(request, undefined) as Route)).toMatchObject({
    status: 302,
    body,
  });
});
