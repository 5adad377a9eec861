import fc from 'fast-check';
import { stripHopByHop, type Headers } from '../../protocol';

const token = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}$/);
const value = fc.stringMatching(/^[\x21-\x7e]([\x20-\x7e]{0,20}[\x21-\x7e])?$/);
const headers: fc.Arbitrary<Headers> = fc.dictionary(token, fc.array(value, { minLength: 1, maxLength: 3 }));

const HOP_BY_HOP = [
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade', 'http2-settings'],
];

test('end-to-end header fields keep their values and their order within a name', () => {
  fc.assert(
    fc.property(headers, (sent) => {
      const endToEnd = Object.entries(sent).filter(([name]) => !name.toLowerCase().startsWith('proxy-'));
      fc.pre(endToEnd.every(([name]) => !HOP_BY_HOP.includes(name.toLowerCase())));
      const kept = stripHopByHop(Object.fromEntries(endToEnd));
      for (const name of new Set(endToEnd.map(([each]) => each.toLowerCase()))) {
        expect(kept[name]).toEqual(endToEnd.filter(([each]) => each.toLowerCase() === name).flatMap(([, values]) => values));
      }
    }),
    { examples: [[{ 'X-A': ['1', ''], 'x-a': ['2, 3'] }]] },
  );
});

test.each(HOP_BY_HOP)('the hop-by-hop field %s is removed in any upper and lower case', (name) => {
  fc.assert(
    fc.property(headers, fc.mixedCase(fc.constant(name)), (sent, written) => {
      expect(Object.keys(stripHopByHop({ ...sent, [written]: ['x'] }))).not.toContain(name);
    }),
  );
});

test('a field that Connection names is removed, except fields that later hops need', () => {
  const kept = stripHopByHop({
    Connection: ['close, X-Private', 'Authorization, Host, X-Forwarded-For', 'cookie,CONTENT-LENGTH , via'],
    'X-Private': ['1'],
    Authorization: ['Basic eA=='],
    Host: ['demo.example'],
    'X-Forwarded-For': ['192.0.2.1'],
    Cookie: ['a=1'],
    'Content-Length': ['3'],
    Via: ['1.0 fred'],
  });
  expect(Object.keys(kept).sort()).toEqual(['authorization', 'content-length', 'cookie', 'host', 'via', 'x-forwarded-for']);
});

test('removing hop-by-hop fields a second time changes nothing', () => {
  fc.assert(
    fc.property(headers, (sent) => {
      const once = stripHopByHop(sent);
      expect(stripHopByHop(once)).toEqual(once);
    }),
  );
});
