import fc from 'fast-check';
import { evaluate, type Access } from '../../emulator/iam/evaluate';
import { actionMatches, resourceMatches, wildcardMatches } from '../../emulator/iam/matching';
import type { Patterns, Statement } from '../../emulator/iam/policy-document';

/** The meaning of a wildcard in the simplest code: it tries every possible length for each star. */
function naive(pattern: string, text: string, stopsAtColon: boolean): boolean {
  const [first, rest] = [pattern[0], pattern.slice(1)];
  if (first === undefined) return text === '';
  if (first === '*') {
    const bounded = stopsAtColon && rest !== '' && rest[0] !== ':';
    for (let length = 0; length <= text.length; length++) {
      if (bounded && text.slice(0, length).includes(':')) return false;
      if (naive(rest, text.slice(length), stopsAtColon)) return true;
    }
    return false;
  }
  if (text === '') return false;
  const fits = first === '?' ? !(stopsAtColon && text[0] === ':') : first === text[0];
  return fits && naive(rest, text.slice(1), stopsAtColon);
}

/** Few characters, so that patterns often match texts; some of them have a meaning in regular expressions. */
const text = fc.string({ unit: fc.constantFrom('a', 'b', ':', '/', '.', '$'), maxLength: 8 });
const pattern = fc.string({ unit: fc.constantFrom('a', 'b', ':', '/', '.', '$', '*', '*', '?'), maxLength: 8 });

test('a wildcard matches the same texts as a naive matcher', () => {
  fc.assert(
    fc.property(pattern, text, (p, t) => expect(wildcardMatches(p, t)).toBe(naive(p, t, false))),
    { numRuns: 1000 },
  );
});

test('a resource pattern matches like a naive matcher in which a wildcard does not cross a colon', () => {
  const arn = (part: fc.Arbitrary<string>) => part.map((resource) => `arn:aws:sqs:r:1:${resource}`);
  fc.assert(
    fc.property(arn(pattern), arn(text), (p, t) => expect(resourceMatches(p, t)).toBe(naive(p, t, true))),
    { numRuns: 1000 },
  );
});

test('a name without wildcards matches itself, and an action matches in any upper and lower case', () => {
  fc.assert(
    fc.property(text, (t) => {
      expect(wildcardMatches(t, t)).toBe(true);
      expect(actionMatches(t.toUpperCase(), t)).toBe(true);
    }),
  );
});

const some = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(values, { minLength: 1, maxLength: 3 });
const patterns = (of: fc.Arbitrary<string>): fc.Arbitrary<Patterns> => fc.record({ negated: fc.boolean(), patterns: some(of) });
const ACTIONS = ['dynamodb:GetItem', 'dynamodb:PutItem', 'sqs:SendMessage'];
const RESOURCES = ['arn:aws:dynamodb:r:1:table/a', 'arn:aws:dynamodb:r:1:table/b', 'arn:aws:sqs:r:1:a'];
const statement: fc.Arbitrary<Statement> = fc.record({
  where: fc.uuid(),
  effect: fc.constantFrom('Allow', 'Deny'),
  actions: patterns(fc.constantFrom(...ACTIONS, 'dynamodb:*', '*')),
  resources: patterns(fc.constantFrom(...RESOURCES, 'arn:aws:dynamodb:*:*:table/*', '*')),
  conditions: fc.constant([]),
});
const access: fc.Arbitrary<Access> = fc.record({ action: fc.constantFrom(...ACTIONS), resource: fc.constantFrom(...RESOURCES) });
const policies = fc.array(statement, { maxLength: 6 });
const effectOf = (asked: Access, statements: readonly Statement[]): string => evaluate(asked, statements).effect;

test('the order of policy statements does not change a decision', () => {
  const shuffled = policies.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
  fc.assert(fc.property(access, shuffled, (asked, [all, others]) => expect(effectOf(asked, others)).toBe(effectOf(asked, all))));
});

test('a Deny statement that applies overrides all other statements', () => {
  fc.assert(
    fc.property(access, policies, fc.nat(), (asked, all, at) => {
      const denial: Statement = {
        where: 'd',
        effect: 'Deny',
        actions: { negated: false, patterns: [asked.action] },
        resources: { negated: false, patterns: ['*'] },
        conditions: [],
      };
      expect(effectOf(asked, all.toSpliced(at % (all.length + 1), 0, denial))).toBe('explicitly-denied');
    }),
  );
});

test('an additional Allow statement removes no permission and overrides no explicit denial', () => {
  fc.assert(
    fc.property(access, policies, statement, (asked, all, more) => {
      const before = effectOf(asked, all);
      const after = effectOf(asked, [...all, { ...more, effect: 'Allow' }]);
      if (before === 'allowed') expect(after).toBe('allowed');
      if (before === 'explicitly-denied') expect(after).toBe('explicitly-denied');
    }),
  );
});

test('the statements that a decision names give the same decision alone', () => {
  fc.assert(
    fc.property(access, policies, (asked, all) => {
      const { effect, statements } = evaluate(asked, all);
      expect(effectOf(asked, statements)).toBe(effect);
      if (effect !== 'implicitly-denied') expect(statements).not.toEqual([]);
    }),
  );
});
