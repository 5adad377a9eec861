import { encodePath, firstSegment, forwardedHeaders, hostnameOf, routeOf } from '../../../functions/core/visitor-request';
import type { Headers } from '../../../protocol';
import { visitorRequest } from '../../support/visitor-request';

const BY_PATH = { tunnelId: 'demo', uri: '/', prefix: '/demo' };
const BY_HOST = { tunnelId: 'demo', uri: '/' };
const forwarded = (headers: Headers, route: typeof BY_HOST | typeof BY_PATH = BY_HOST): Headers =>
  forwardedHeaders(visitorRequest({ headers }), route);

describe('the forwarding headers for the local service', () => {
  test('contain the address that API Gateway appended, or else the source address of the request', () => {
    expect(forwarded({ 'x-forwarded-for': ['203.0.113.9, 192.0.2.1'] })['x-forwarded-for']).toEqual(['203.0.113.9, 192.0.2.1']);
    expect(forwarded({})['x-forwarded-for']).toEqual(['192.0.2.1']);
  });

  test('do not contain fields of the visitor that frameworks could take for them, such as X_Forwarded_For', () => {
    const own = { x_forwarded_for: ['127.0.0.1'], 'x_forwarded-host': ['evil.example'], forwarded_for: ['1'], x_forward: ['stays'] };
    const headers = forwarded(own);
    expect(Object.keys(headers).filter((name) => name.includes('_'))).toEqual(['x_forward']);
  });

  test('contain the scheme and port that API Gateway saw, not the values that the visitor claims', () => {
    const headers = forwarded({ 'x-forwarded-proto': ['http,https'], 'x-forwarded-port': ['1, 443'] });
    expect(headers).toMatchObject({ 'x-forwarded-proto': ['https'], 'x-forwarded-port': ['443'] });
    expect(forwarded({ 'x-forwarded-proto': ['https'] })['x-forwarded-proto']).toEqual(['https']);
  });

  test('contain the requested host, not the host that the visitor claims', () => {
    const headers = forwarded({ host: ['demo.example'], 'x-forwarded-host': ['evil.example'] });
    expect(headers).toMatchObject({ host: ['demo.example'], 'x-forwarded-host': ['demo.example'] });
  });

  test('contain the removed prefix, not the prefix that the visitor claims', () => {
    expect(forwarded({ 'x-forwarded-prefix': ['/evil'] }, BY_PATH)['x-forwarded-prefix']).toEqual(['/demo']);
    expect(forwarded({ 'x-forwarded-prefix': ['/evil'] })).not.toHaveProperty('x-forwarded-prefix');
  });

  test('do not contain Forwarded, whose first element the visitor writes', () => {
    expect(forwarded({ forwarded: ['for=203.0.113.9;host=evil.example;proto=http'] })).not.toHaveProperty('forwarded');
  });

  test('contain Via after the entries of earlier proxies', () => {
    expect(forwarded({})['via']).toEqual(['1.1 http-tunnel']);
    expect(forwarded({ via: ['1.0 fred'] })['via']).toEqual(['1.0 fred, 1.1 http-tunnel']);
  });
});

test('hop-by-hop headers are removed, but Connection cannot remove headers that later hops need', () => {
  const headers = forwarded({
    connection: ['x-hop, authorization, cookie, content-length, host, x-forwarded-for, via'],
    'x-hop': ['1'],
    te: ['trailers'],
    expect: ['100-continue'],
    authorization: ['Basic YTpi'],
    cookie: ['a=1'],
    'content-length': ['3'],
    host: ['demo.example'],
    'x-forwarded-for': ['192.0.2.1'],
    via: ['1.0 fred'],
  });
  expect(Object.keys(headers).sort()).toEqual([
    'authorization',
    'content-length',
    'cookie',
    'host',
    'via',
    'x-forwarded-for',
    'x-forwarded-host',
  ]);
});

test.each([
  ['a=1; http-tunnel=demo; b=2', 'a=1; b=2'],
  ['http-tunnel=demo; b="x y"', 'b="x y"'],
  ['a=1;http-tunnel=demo', 'a=1'],
  ['__Host-http-tunnel=demo; a=1', 'a=1'],
  ['http-tunnel-x=1; xhttp-tunnel=2', 'http-tunnel-x=1; xhttp-tunnel=2'],
  ['a=1;  b=2;', 'a=1;  b=2;'],
])('the cookies %s reach the local service as %s', (cookie, expected) => {
  expect(forwarded({ cookie: [cookie] })['cookie']).toEqual([expected]);
});

test('several Cookie headers are joined into one Cookie header', () => {
  expect(forwarded({ cookie: ['a=1', 'b=2'] })['cookie']).toEqual(['a=1; b=2']);
});

test('a header without values is not forwarded', () => {
  expect(forwarded({ 'x-forwarded-proto': [] })).not.toHaveProperty('x-forwarded-proto');
});

test.each([
  ['/demo/a/b', 'demo', '/a/b'],
  ['/demo/', 'demo', '/'],
  ['/demo', 'demo', ''],
  ['/a\nb/c\nd', 'a\nb', '/c\nd'],
  ['//demo', '', '/demo'],
  ['x/demo', '', ''],
])('the path %j has the first segment %j and the rest %j', (path, segment, rest) => {
  expect(firstSegment(path)).toEqual({ segment, rest });
});

test.each([
  ['/a b', '/a%20b'],
  ['/\t', '/%09'],
  ['/é', '/%C3%A9'],
  ['/😀', '/%F0%9F%98%80'],
  ['/100%', '/100%25'],
  ["/a;b=c!$&'()*+,:@[]|^~", "/a;b=c!$&'()*+,:@[]|^~"],
])('the decoded path %j is encoded as %s', (decoded, encoded) => {
  expect(encodePath(decoded)).toBe(encoded);
});

test('a Cookie header that contains only the tunnel cookie is not forwarded', () => {
  expect(forwarded({ cookie: ['http-tunnel=demo'] })).not.toHaveProperty('cookie');
});

test('the host of a tunnel has priority over the path, and an unknown host does not fall back to the path', () => {
  const at = (host: string) => routeOf(visitorRequest({ path: '/other/x', headers: { host: [host] } }), 'tunnels.example');
  expect(at('demo.tunnels.example:8080')).toEqual({ tunnelId: 'demo', uri: '/other/x' });
  expect(at('tunnels.example')).toEqual({ tunnelId: 'other', uri: '/x', prefix: '/other' });
  for (const host of ['a.b.tunnels.example', 'x.tunnels.example']) expect(at(host)).toBeUndefined();
});

test('the name under which the visitor reached the API decides about the tunnel, and not the Host that the visitor wrote', () => {
  const request = visitorRequest({ path: '/x', domainName: 'demo.localhost', headers: { host: ['127.0.0.1:9000'] } });
  expect(routeOf(request, 'localhost')).toEqual({ tunnelId: 'demo', uri: '/x' });
  expect(forwardedHeaders(request, BY_HOST)).toMatchObject({ host: ['127.0.0.1:9000'], 'x-forwarded-host': ['127.0.0.1:9000'] });
});

test.each([
  ['Demo.Example:8080', 'demo.example'],
  ['demo.example:', 'demo.example'],
  ['demo.example', 'demo.example'],
  ['[2001:db8::1]:8080', '[2001:db8::1]'],
])('the Host header %s has the host name %s', (host, name) => {
  expect(hostnameOf(visitorRequest({ headers: { host: [host] } }))).toBe(name);
});

test.each([
  ['without a tunnel domain', 'demo.undefined', undefined],
  ['without a host', undefined, 'tunnels.example'],
])('%s the first path segment is the tunnel id', (_, host, domain) => {
  const request = visitorRequest({ path: '/other', headers: host === undefined ? {} : { host: [host] } });
  expect(routeOf(request, domain)).toEqual({ tunnelId: 'other', uri: '/', prefix: '/other' });
});

describe('a well-known document of a resource in a tunnel', () => {
  const at = (path: string) => routeOf(visitorRequest({ path }), undefined);

  test('is that of the tunnel, without the tunnel in its path', () => {
    expect(at('/.well-known/oauth-protected-resource/demo/mcp')).toEqual({ ...BY_PATH, uri: '/.well-known/oauth-protected-resource/mcp' });
    expect(at('/.well-known/oauth-authorization-server/demo')).toEqual({ ...BY_PATH, uri: '/.well-known/oauth-authorization-server' });
  });

  test('names no tunnel where nothing follows its name', () => {
    expect(at('/.well-known/security.txt')).toBeUndefined();
    expect(at('/.well-known/oauth-protected-resource')).toBeUndefined();
  });

  test('below a tunnel is an ordinary path', () => {
    expect(at('/demo/.well-known/openid-configuration')).toEqual({ ...BY_PATH, uri: '/.well-known/openid-configuration' });
  });
});
