import { valuesOf, type Fields } from '../probe-service';
import { sightingOf, type Behaviour } from './behaviour';

const CHANGES = 'docs/limits.md#what-api-gateway-changes';
const RULES = 'docs/http.md#fields';

/** Fields that AWS's REST APIs rename or drop, each of which has to reach the other end. */
const REQUEST_FIELDS: Fields = [
  ['Authorization', 'Bearer probe'],
  ['Accept-Encoding', 'gzip'],
  ['Content-MD5', 'd41d8cd98f00b204e9800998ecf8427e'],
  ['Date', 'Tue, 01 Dec 2026 00:00:00 GMT'],
  ['If-None-Match', '"probe"'],
  ['Max-Forwards', '7'],
  ['Range', 'bytes=0-1'],
  ['Referer', 'https://example.com/'],
  ['User-Agent', 'probe'],
  ['Warning', '199 - "probe"'],
];
const ANSWER_FIELDS: Fields = [
  ['Age', '7'],
  ['Content-Language', 'de'],
  ['Content-MD5', 'd41d8cd98f00b204e9800998ecf8427e'],
  ['Content-Type', 'text/html'],
  ['Date', 'Tue, 01 Dec 2026 00:00:00 GMT'],
  ['ETag', '"probe"'],
  ['Server', 'probe'],
  ['Warning', '199 - "probe"'],
  ['WWW-Authenticate', 'Basic realm="probe"'],
];

/** What differs, of fields that should be the same at both ends. */
const changed = (sent: Fields, got: Fields): string[] =>
  sent.flatMap(([name, value]) => {
    const values = valuesOf(got, name);
    return values.length === 1 && values[0] === value ? [] : `${name}: ${values.join(' | ') || 'missing'}`;
  });

export const headerFields: readonly Behaviour[] = [
  {
    assumption: `the request fields ${REQUEST_FIELDS.map(([name]) => name).join(', ')} reach the local service unchanged`,
    reliedOn: RULES,
    check: async (world) => {
      const { seen } = await world.visit({ fields: REQUEST_FIELDS });
      const differ = changed(REQUEST_FIELDS, seen?.fields ?? []);
      return { seen: differ.join('; ') || 'all of them', holds: differ.length === 0 };
    },
  },
  {
    assumption: `the answer's fields ${ANSWER_FIELDS.map(([name]) => name).join(', ')} reach the visitor unchanged`,
    reliedOn: RULES,
    check: async (world) => {
      const { reply } = await world.visit({ answer: { fields: ANSWER_FIELDS, text: 'x' } });
      const differ = changed(ANSWER_FIELDS, reply.fields);
      return { seen: differ.join('; ') || 'all of them', holds: differ.length === 0 };
    },
  },
  {
    assumption: 'repeated request fields arrive joined with a comma, in their order',
    reliedOn: CHANGES,
    check: async (world) => {
      const fields: Fields = ['a', '', 'b'].map((value) => ['x-probe-repeated', value]);
      const { seen } = await world.visit({ fields });
      return sightingOf(
        valuesOf(seen?.fields ?? [], 'x-probe-repeated')
          .join(',')
          .replaceAll(' ', ''),
        'a,,b',
      );
    },
  },
  {
    assumption: "a request's cookies arrive as one field, in their order",
    reliedOn: CHANGES,
    check: async (world) => {
      const { seen } = await world.visit({ fields: [['Cookie', 'a=1; b=2']] });
      return sightingOf(valuesOf(seen?.fields ?? [], 'cookie'), ['a=1; b=2']);
    },
  },
  {
    assumption: 'each Set-Cookie of an answer stays a field of its own',
    reliedOn: CHANGES,
    check: async (world) => {
      const cookies = ['a=1; Path=/', 'b=2; Path=/'];
      const { reply } = await world.visit({ answer: { fields: cookies.map((cookie) => ['Set-Cookie', cookie] as const) } });
      const names = valuesOf(reply.fields, 'set-cookie').map((cookie) => cookie.split('=', 1)[0]);
      return sightingOf(
        names.filter((name) => name === 'a' || name === 'b'),
        ['a', 'b'],
      );
    },
  },
  {
    assumption: 'hop-by-hop fields of a request, and fields that Connection names, do not reach the local service',
    reliedOn: CHANGES,
    check: async (world) => {
      const { seen, reply } = await world.visit({
        fields: [
          ['Connection', 'keep-alive, x-probe-hop'],
          ['x-probe-hop', 'yes'],
          ['TE', 'trailers'],
        ],
      });
      if (!seen) return { seen: `status ${reply.status}, and nothing reached the local service`, holds: false };
      const arrived = ['x-probe-hop', 'te'].filter((name) => valuesOf(seen.fields, name).length > 0);
      return { seen: arrived.length === 0 ? 'none' : arrived.join(', '), holds: arrived.length === 0 };
    },
  },
  {
    assumption: "the last address in X-Forwarded-For is not the visitor's own claim",
    reliedOn: 'docs/threat-model.md',
    check: async (world) => {
      const { seen } = await world.visit({ fields: [['X-Forwarded-For', '192.0.2.1']] });
      const last = valuesOf(seen?.fields ?? [], 'x-forwarded-for')
        .at(-1)
        ?.split(',')
        .at(-1)
        ?.trim();
      return { seen: last ?? 'no such field', holds: last !== undefined && last !== '192.0.2.1' };
    },
  },
  {
    assumption: 'the last value of X-Forwarded-Proto is the real scheme, whatever the visitor claims',
    reliedOn: CHANGES,
    check: async (world) => {
      const { seen } = await world.visit({ fields: [['X-Forwarded-Proto', 'gopher']] });
      return sightingOf(valuesOf(seen?.fields ?? [], 'x-forwarded-proto').at(-1), world.visitor.protocol);
    },
  },
  {
    assumption: 'an answer with a body and without a Content-Type gets text/plain;charset=UTF-8',
    reliedOn: CHANGES,
    check: async (world) => {
      const { reply } = await world.visit({ answer: { text: 'x' } });
      return sightingOf(valuesOf(reply.fields, 'content-type').join(), 'text/plain;charset=UTF-8');
    },
  },
  {
    assumption: "the answer to HEAD has the length that the GET's answer would have",
    reliedOn: CHANGES,
    check: async (world) => {
      const { reply } = await world.visit({ method: 'HEAD', answer: { fields: [['Content-Length', '5']], text: 'hello' } });
      return sightingOf(valuesOf(reply.fields, 'content-length').join(), '5');
    },
  },
  {
    assumption: "the answer has the request's id in x-tunnel-request-id",
    reliedOn: 'docs/operations.md',
    check: async (world) => {
      const { reply } = await world.visit();
      return { seen: reply.requestId ?? 'no such field', holds: /^[0-9a-f-]{36}$/.test(reply.requestId ?? '') };
    },
  },
];
