import { forwardedHeaders, routeOf } from '../../../functions/core/visitor-request';
import type { Headers } from '../../../protocol';
import { visitorRequest } from '../../support/visitor-request';

const BY_PATH = { tunnelId: 'demo', uri: '/', prefix: '/demo' };
const BY_HOST = { tunnelId: 'demo', uri: '/' };
const forwarded = (headers: Headers, route: typeof BY_HOST | typeof BY_PATH = BY_HOST): Headers =>
  forwardedHeaders(visitorRequest({ headers }), route);

describe('what the local service is told of where a request came from', () => {
  test('has the address appended that API Gateway saw, and ours where it appended none', () => {
    expect(forwarded({ 'x-forwarded-for': ['203.0.113.9, 192.0.2.1'] })['x-forwarded-for']).toEqual(['203.0.113.9, 192.0.2.1']);
    expect(forwarded({})['x-forwarded-for']).toEqual(['192.0.2.1']);
  });

  test('has the scheme and port that API Gateway saw, not those that a visitor claims', () => {
    const headers = forwarded({ 'x-forwarded-proto': ['http,https'], 'x-forwarded-port': ['1, 443'] });
    expect(headers).toMatchObject({ 'x-forwarded-proto': ['https'], 'x-forwarded-port': ['443'] });
    expect(forwarded({ 'x-forwarded-proto': ['https'] })['x-forwarded-proto']).toEqual(['https']);
  });

  test('has the host that was asked for, not the one that a visitor claims', () => {
    const headers = forwarded({ host: ['demo.example'], 'x-forwarded-host': ['evil.example'] });
    expect(headers).toMatchObject({ host: ['demo.example'], 'x-forwarded-host': ['demo.example'] });
  });

  test('has the prefix that was taken off, and no claimed one', () => {
    expect(forwarded({ 'x-forwarded-prefix': ['/evil'] }, BY_PATH)['x-forwarded-prefix']).toEqual(['/demo']);
    expect(forwarded({ 'x-forwarded-prefix': ['/evil'] })).not.toHaveProperty('x-forwarded-prefix');
  });

  test('has no Forwarded, of which the visitor writes the first element', () => {
    expect(forwarded({ forwarded: ['for=203.0.113.9;host=evil.example;proto=http'] })).not.toHaveProperty('forwarded');
  });

  test('has Via, after the proxies before us', () => {
    expect(forwarded({})['via']).toEqual(['1.1 http-tunnel']);
    expect(forwarded({ via: ['1.0 fred'] })['via']).toEqual(['1.0 fred, 1.1 http-tunnel']);
  });
});

test('what belongs to the hop before does not go on, and Connection removes nothing that later hops rely on', () => {
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
])('of the cookies %s the local service gets %s', (cookie, expected) => {
  expect(forwarded({ cookie: [cookie] })['cookie']).toEqual([expected]);
});

test('our cookie alone is no cookie for the local service', () => {
  expect(forwarded({ cookie: ['http-tunnel=demo'] })).not.toHaveProperty('cookie');
});

test('a host of its own comes before the path, and a host that is no tunnel does not fall back to it', () => {
  const at = (host: string) => routeOf(visitorRequest({ decodedPath: '/other/x', headers: { host: [host] } }), 'tunnels.example');
  expect(at('demo.tunnels.example:8080')).toEqual({ tunnelId: 'demo', uri: '/other/x' });
  expect(at('tunnels.example')).toEqual({ tunnelId: 'other', uri: '/x', prefix: '/other' });
  for (const host of ['a.b.tunnels.example', 'x.tunnels.example']) expect(at(host)).toBeUndefined();
});
