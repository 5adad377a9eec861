import fc from 'fast-check';
import { encodeWake, parseWake, type Wake } from '../../functions/core/wake';

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
