import fc from 'fast-check';
import { encodedNews } from '../../functions/core/stream/stream-part';
import { encodeNewsWake, encodeWake, parseWake, type Wake } from '../../functions/core/wake';
import type { StreamMessage } from '../../protocol';

const outcome = fc.oneof(
  fc.record({
    kind: fc.constant('response' as const),
    statusCode: fc.integer({ min: 200, max: 999 }),
    headers: fc.dictionary(fc.stringMatching(/^[a-z-]{1,20}$/), fc.array(fc.string(), { minLength: 1 })),
    body: fc.uint8Array({ maxLength: 60_000 }).map((bytes) => Buffer.from(bytes)),
  }),
  fc.record({ kind: fc.constant('failure' as const), code: fc.constantFrom('timeout', 'internal_error'), message: fc.string() }),
);
const wake = fc.record(
  {
    version: fc.constant(1),
    requestId: fc.uuid(),
    source: fc.constantFrom('bus', 'direct'),
    completion: fc.record({ outcome, completedAt: fc.nat() }),
  },
  { requiredKeys: ['version', 'requestId', 'source'] },
) as fc.Arbitrary<Wake>;

test('a decoded wake is equal to the encoded wake, or lacks only an answer that is too large', () => {
  fc.assert(
    fc.property(wake, (sent) => {
      const text = encodeWake(sent);
      const heard = parseWake(JSON.parse(text));
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(28 * 1024);
      if (heard?.completion) expect(heard).toEqual(sent);
      else expect(heard).toEqual({ version: sent.version, requestId: sent.requestId, source: sent.source });
    }),
  );
});

test('a wake carries an answer of 20,000 bytes, and not an answer of 22,000 bytes', () => {
  const withBody = (bytes: number): Wake => ({
    version: 1,
    requestId: 'r',
    source: 'direct',
    completion: { completedAt: 1, outcome: { kind: 'response', statusCode: 200, headers: {}, body: Buffer.alloc(bytes) } },
  });
  expect(parseWake(JSON.parse(encodeWake(withBody(20_000))))).toHaveProperty('completion');
  expect(parseWake(JSON.parse(encodeWake(withBody(22_000))))).not.toHaveProperty('completion');
});

test('a JSON value without a request id is not a wake', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      fc.pre(typeof value !== 'object' || value === null || !('requestId' in value));
      expect(parseWake(value)).toBeUndefined();
    }),
  );
});

const base64 = fc.uint8Array({ maxLength: 25_000 }).map((bytes) => Buffer.from(bytes).toString('base64'));
const about = { request_id: fc.constant('r'), ticket: fc.string({ maxLength: 600 }) };
const part = fc.oneof(
  fc.record({
    type: fc.constant('response_head' as const),
    ...about,
    status_code: fc.integer({ min: 100, max: 999 }),
    headers: fc.dictionary(fc.stringMatching(/^[a-z-]{1,20}$/), fc.array(fc.string(), { minLength: 1 })),
    body: base64,
  }),
  fc.record({ type: fc.constant('response_chunk' as const), ...about, number: fc.nat(), body: base64 }),
  fc.record({ type: fc.constant('response_end' as const), ...about, number: fc.nat(), sha256: base64 }),
  fc.record({ type: fc.constantFrom('response_failed' as const, 'stream_alive' as const), ...about, number: fc.nat() }),
) as fc.Arbitrary<StreamMessage>;

test("a part of a stream reaches its waiter with the agent's number, status, header fields and bytes", () => {
  fc.assert(
    fc.property(part, fc.nat(), (message, now) => {
      const heard = parseWake(JSON.parse(encodeNewsWake('r', encodedNews(message, now))));
      expect(heard).toMatchObject({ requestId: 'r', source: 'direct', news: { number: 'number' in message ? message.number : 0 } });
      const news = heard?.news;
      if (message.type === 'response_head') {
        expect(news).toMatchObject({ kind: 'head', statusCode: message.status_code, headers: message.headers, takenAt: now });
      }
      if ('body' in message) expect(news && 'body' in news && Buffer.from(news.body).toString('base64')).toBe(message.body);
      if (message.type === 'response_end') expect(news).toMatchObject({ kind: 'end', sha256: message.sha256 });
    }),
  );
});

test('a wake whose part cannot be read is no wake', () => {
  const wakeWith = (news: unknown) => parseWake({ version: 1, requestId: 'r', source: 'direct', news });
  expect(wakeWith({ kind: 'chunk', number: 1, body: 'aGk=' })).toBeDefined();
  for (const news of [null, 1, {}, { kind: 'chunk', number: -1, body: '' }, { kind: 'chunk', number: 1 }, { kind: 'other', number: 1 }])
    expect(wakeWith(news)).toBeUndefined();
});
