import fc from 'fast-check';
import { compilePattern, EventPatternError, type EventMatcher } from '../../../emulator/events/event-pattern';
import { FUZZ_TIMEOUT_MS, fuzzing, mutated, startHangCheck, withBoundedMemory } from '../../support/fuzz';

const INPUTS = 3000;
const PATTERNS = [
  { source: ['http-tunnel.response'], 'detail-type': ['HttpResponseReady'] },
  { detail: { requestId: [{ prefix: 'a' }, { suffix: 'b' }, { 'anything-but': ['c'] }], n: [{ numeric: ['>', 0, '<=', 5] }] } },
  { $or: [{ a: [{ exists: true }] }, { b: [{ wildcard: '*a*b\\*c*' }] }], c: [{ cidr: '10.0.0.0/24' }] },
  { a: [{ 'equals-ignore-case': 'X' }, null, true, 1.5, { 'anything-but': { prefix: 'x' } }] },
].map((pattern) => JSON.stringify(pattern));
const EVENTS = [
  '{"source":"http-tunnel.response","detail":{"requestId":"a","n":3}}',
  '{"a":["x","10.0.0.7"],"b":"xaybzc","c":"10.0.0.9"}',
  '[]',
  '"x"',
];

/** Where regular expressions would backtrack. */
const slow = fc.constantFrom(`{"a":[{"wildcard":"${'*a'.repeat(400)}*"}]}`, `{"a":[{"prefix":"${'a'.repeat(1500)}"}]}`);
const longEvent = { a: 'a'.repeat(50_000), b: Array<string>(2000).fill('a') };

test(
  'a mutated pattern is compiled or refused with an EventPatternError, and matches without a hang',
  async () => {
    const patterns = fc.oneof(
      { weight: 8, arbitrary: mutated(...PATTERNS).map((bytes) => bytes.toString()) },
      { weight: 2, arbitrary: fc.json() },
      { weight: 1, arbitrary: slow },
    );
    const events = fc.oneof(
      mutated(...EVENTS).map((bytes) => parsed(bytes.toString())),
      fc.jsonValue(),
      fc.constant(longEvent),
    );
    let compiled = 0;
    let refused = 0;
    await withBoundedMemory(() =>
      fc.assert(
        fc.property(patterns, events, (text, event) => {
          const pattern = parsed(text);
          const checkHang = startHangCheck();
          let matches: EventMatcher;
          try {
            matches = compilePattern(pattern);
            compiled++;
          } catch (error) {
            if (!(error instanceof EventPatternError)) throw error;
            refused++;
            return;
          }
          const verdict = matches(event);
          expect(typeof verdict).toBe('boolean');
          expect(matches(event)).toBe(verdict);
          checkHang();
        }),
        fuzzing(INPUTS),
      ),
    );
    expect(compiled).toBeGreaterThan(20);
    expect(refused).toBeGreaterThan(20);
  },
  FUZZ_TIMEOUT_MS,
);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
