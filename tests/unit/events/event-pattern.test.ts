import { compilePattern } from '../../../emulator/events/event-pattern';
import { startHangCheck } from '../../support/fuzz';

const EVENT = {
  version: '0',
  'detail-type': 'HttpResponseReady',
  source: 'http-tunnel',
  resources: ['arn:one', 'arn:two'],
  detail: {
    state: 'running',
    count: 3,
    ratio: 0.5,
    done: true,
    error: null,
    empty: '',
    path: '/var/lib/x.PNG',
    ip: '10.0.0.33',
    ip6: '2001:db8::1',
    tags: [],
    waiter: { connection: 'abc' },
    agents: [
      { name: 'Anna', city: 'Bonn', rooms: [{ floor: 1, size: 10 }] },
      {
        name: 'Paul',
        city: 'Kiel',
        rooms: [
          { floor: 2, size: 20 },
          { floor: 3, size: 30 },
        ],
      },
    ],
  },
};
const detail = (pattern: Record<string, unknown>): boolean => compilePattern({ detail: pattern })(EVENT);

describe('an event pattern', () => {
  test.each<[string, Record<string, unknown>, boolean]>([
    ['the same text', { state: ['running'] }, true],
    ['the text in another case', { state: ['Running'] }, false],
    ['several values of which one is equal', { state: ['stopped', 'running'] }, true],
    ['the same number', { count: [3] }, true],
    ['the same number in another notation', { count: [3.0] }, true],
    ['a text for a number', { count: ['3'] }, false],
    ['a number for a text', { state: [3] }, false],
    ['the same boolean', { done: [true] }, true],
    ['the other boolean', { done: [false] }, false],
    ['null for null', { error: [null] }, true],
    ['null for an empty text', { empty: [null] }, false],
    ['an empty text for an empty text', { empty: [''] }, true],
    ['null for a missing field', { missing: [null] }, false],
    ['two fields that both match', { state: ['running'], count: [3] }, true],
    ['two fields of which one does not match', { state: ['running'], count: [4] }, false],
    ['a nested field', { waiter: { connection: ['abc'] } }, true],
    ['a field name with a dot for a nested field', { 'waiter.connection': ['abc'] }, true],
    ['a value for an object', { waiter: ['abc'] }, false],
    ['an object for a value', { state: { running: ['x'] } }, false],
  ])('that has %s, %j, matches: %s', (_what, pattern, expected) => expect(detail(pattern)).toBe(expected));

  test.each<[string, unknown, boolean]>([
    ['a prefix', { prefix: 'run' }, true],
    ['a prefix in another case', { prefix: 'RUN' }, false],
    ['a prefix in another case with equals-ignore-case', { prefix: { 'equals-ignore-case': 'RUN' } }, true],
    ['a suffix', { suffix: 'ing' }, true],
    ['a suffix that occurs only in the middle', { suffix: 'nin' }, false],
    ['a suffix with equals-ignore-case', { suffix: { 'equals-ignore-case': 'NING' } }, true],
    ['equals-ignore-case', { 'equals-ignore-case': 'RunNing' }, true],
    ['a wildcard', { wildcard: 'r*n*g' }, true],
    ['a wildcard whose parts overlap in the text', { wildcard: 'runnin*ning' }, false],
    ['anything-but with another text', { 'anything-but': 'stopped' }, true],
    ['anything-but with this text among two', { 'anything-but': ['stopped', 'running'] }, false],
    ['anything-but with numbers', { 'anything-but': [1, 2] }, true],
    ['anything-but with a prefix', { 'anything-but': { prefix: 'run' } }, false],
    ['anything-but with two other prefixes', { 'anything-but': { prefix: ['stop', 'init'] } }, true],
    ['anything-but with a suffix', { 'anything-but': { suffix: 'ing' } }, false],
    ['anything-but with equals-ignore-case', { 'anything-but': { 'equals-ignore-case': 'RUNNING' } }, false],
    ['anything-but with a wildcard', { 'anything-but': { wildcard: '*nn*' } }, false],
    ['exists with true', { exists: true }, true],
    ['exists with false', { exists: false }, false],
  ])('that compares a text by %s, %j, matches: %s', (_what, operator, expected) => expect(detail({ state: [operator] })).toBe(expected));

  test.each<[unknown[], boolean]>([
    [['=', 3], true],
    [['>', 3], false],
    [['>=', 3], true],
    [['<', 3.5], true],
    [['<=', 2], false],
    [['>', 0, '<=', 3], true],
    [['>', 0, '<', 3], false],
  ])('that compares the number 3 by numeric %j matches: %s', (numeric, expected) =>
    expect(detail({ count: [{ numeric }] })).toBe(expected),
  );

  test('with numeric matches a number, but not a number that is written as text', () => {
    const matches = compilePattern({ dynamodb: { NewImage: { count: { N: [{ numeric: ['>', 0] }] } } } });
    expect(matches({ dynamodb: { NewImage: { count: { N: '3' } } } })).toBe(false);
    expect(matches({ dynamodb: { NewImage: { count: { N: 3 } } } })).toBe(true);
  });

  test('with numeric does not match a number above 5,000,000,000', () => {
    const matches = compilePattern({ n: [{ numeric: ['>', 0] }] });
    expect([matches({ n: 5e9 }), matches({ n: 5e9 + 1 })]).toEqual([true, false]);
  });

  test.each<[string, string, boolean]>([
    ['ip', '10.0.0.0/24', true],
    ['ip', '10.0.1.0/24', false],
    ['ip', '0.0.0.0/0', true],
    ['ip6', '2001:db8::/32', true],
    ['ip6', '2001:db9::/32', false],
    ['ip6', '0.0.0.0/0', false],
    ['state', '0.0.0.0/0', false],
    ['count', '0.0.0.0/0', false],
  ])('that compares the field %s by cidr %s matches: %s', (field, cidr, expected) =>
    expect(detail({ [field]: [{ cidr }] })).toBe(expected),
  );

  test('with anything-but matches a value of another type, but not a missing field', () => {
    expect(detail({ missing: [{ 'anything-but': 'x' }] })).toBe(false);
    expect(detail({ error: [{ 'anything-but': { prefix: 'x' } }] })).toBe(true);
    expect(detail({ count: [{ 'anything-but': [3] }] })).toBe(false);
  });

  test('with exists treats an object and an empty list as missing', () => {
    expect(detail({ waiter: [{ exists: true }] })).toBe(false);
    expect(detail({ tags: [{ exists: false }] })).toBe(true);
    expect(detail({ error: [{ exists: true }] })).toBe(true);
    expect(detail({ missing: { deeper: [{ exists: false }] } })).toBe(true);
    expect(detail({ state: ['stopped', { exists: false }] })).toBe(false);
    expect(detail({ missing: ['stopped', { exists: false }] })).toBe(true);
  });

  test('with a wildcard treats an escaped asterisk or backslash as a literal character', () => {
    const matches = (wildcard: string, x: string): boolean => compilePattern({ x: [{ wildcard }] })({ x });
    expect(matches('a\\*b', 'a*b')).toBe(true);
    expect(matches('a\\*b', 'axb')).toBe(false);
    expect(matches('a\\\\*', 'a\\b')).toBe(true);
    expect(matches('*', '')).toBe(true);
    expect(matches('', '')).toBe(true);
  });
});

describe('an event pattern for an event with lists', () => {
  test('matches if any element of the list matches', () => {
    expect(compilePattern({ resources: ['arn:two'] })(EVENT)).toBe(true);
    expect(compilePattern({ resources: ['arn:three'] })(EVENT)).toBe(false);
    expect(compilePattern({ x: [1] })({ x: [[0, [1]]] })).toBe(true);
  });

  test('matches a list of objects only if one element matches all fields', () => {
    expect(detail({ agents: { name: ['Anna'], city: ['Bonn'] } })).toBe(true);
    expect(detail({ agents: { name: ['Anna'], city: ['Kiel'] } })).toBe(false);
    expect(detail({ agents: { name: ['Paul'], rooms: { floor: [3], size: [30] } } })).toBe(true);
    expect(detail({ agents: { name: ['Paul'], rooms: { floor: [2], size: [30] } } })).toBe(false);
    expect(detail({ agents: { name: ['Anna'], rooms: { size: [20] } } })).toBe(false);
  });

  test('matches two lists at different positions', () => {
    const matches = compilePattern({ a: { x: [2] }, b: { x: [1] } });
    expect(matches({ a: [{ x: 1 }, { x: 2 }], b: [{ x: 1 }, { x: 2 }] })).toBe(true);
  });

  test('tests an absent field in the same element that matches the other fields', () => {
    const matches = compilePattern({ agents: { name: ['Anna'], nick: [{ exists: false }] } });
    expect(matches({ agents: [{ name: 'Anna' }, { name: 'Paul', nick: 'P' }] })).toBe(true);
    expect(matches({ agents: [{ name: 'Anna', nick: 'A' }, { name: 'Paul' }] })).toBe(false);
  });

  test('is evaluated quickly for six lists of 300 elements', () => {
    const lists = ['a', 'b', 'c', 'd', 'e', 'f'];
    const elements = Array.from({ length: 300 }, (_, x) => ({ x, y: x % 7 }));
    const event = Object.fromEntries(lists.map((name) => [name, elements]));
    const all = Object.fromEntries(lists.map((name) => [name, { x: [{ numeric: ['>=', 0] }], y: [{ exists: true }] }]));
    const checkHang = startHangCheck();
    expect(compilePattern({ ...all, f: { x: [{ numeric: ['>=', 0] }], y: [9] } })(event)).toBe(false);
    checkHang();
  });

  test('matches a value in 100,000 nested lists', () => {
    let deep: unknown = 'x';
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    expect(compilePattern({ a: ['x'] })({ a: deep })).toBe(true);
  });
});

describe('an event pattern with $or', () => {
  const EITHER = {
    source: ['http-tunnel'],
    detail: { $or: [{ count: [9] }, { state: ['running'], done: [true] }] },
  };

  test('matches if one alternative and all fields beside $or match', () => {
    expect(compilePattern(EITHER)(EVENT)).toBe(true);
    expect(compilePattern({ ...EITHER, source: ['other'] })(EVENT)).toBe(false);
    expect(detail({ $or: [{ count: [9] }, { state: ['running'], done: [false] }] })).toBe(false);
  });

  test('may have a nested $or and several $or', () => {
    const pattern = {
      $or: [{ source: ['x'] }, { $or: [{ source: ['y'] }, { source: ['http-tunnel'] }] }],
      detail: { $or: [{ count: [3] }, { count: [4] }] },
    };
    expect(compilePattern(pattern)(EVENT)).toBe(true);
  });
});

describe('the compilation of an event pattern', () => {
  const many = { $or: Array.from({ length: 11 }, (_, i) => ({ a: [i] })) };

  test.each<[string, unknown, string]>([
    ['a pattern that is no object', ['x'], 'the pattern is not an object; write {"field": ["value"]}'],
    ['an empty pattern', {}, 'the pattern is an empty object; name a field, or leave out the object'],
    ['a value without a list', { a: { b: 'x' } }, 'a.b is "x", which is neither a list nor an object; write ["x"]'],
    ['an empty list', { a: [] }, 'a is an empty list; give the values that match'],
    ['a list in a list', { a: [['x']] }, 'a has ["x"] among its values'],
    ['an unknown operator', { a: [{ regex: 'x' }] }, 'a uses the unknown operator "regex"; known are prefix, suffix'],
    ['an inherited property name as an operator', { a: [{ constructor: 'x' }] }, 'a uses the unknown operator "constructor"'],
    ['two operators in one object', { a: [{ prefix: 'x', suffix: 'y' }] }, 'a has an operator object without exactly one'],
    ['a prefix that is no text', { a: [{ prefix: 1 }] }, 'a prefix takes a text, not 1'],
    ['a prefix with an unknown option', { a: [{ prefix: { wildcard: 'x' } }] }, 'a prefix takes a text or {"equals-ignore-case": text}'],
    ['two asterisks in a row', { a: [{ wildcard: 'a**b' }] }, 'a wildcard has two asterisks in a row'],
    ['a backslash that escapes nothing', { a: [{ wildcard: 'a\\b' }] }, 'a wildcard has a backslash that escapes neither'],
    ['exists with a text', { a: [{ exists: 'true' }] }, 'a exists takes true or false'],
    ['numeric with an unknown comparison', { a: [{ numeric: ['!=', 1] }] }, 'a numeric allows =, >, >=, < and <=, not "!="'],
    [
      'numeric with a second comparison without a number',
      { a: [{ numeric: ['>', 1, '<'] }] },
      'a numeric must be a list of one or two comparisons',
    ],
    ['numeric with the upper bound first', { a: [{ numeric: ['<', 5, '>', 1] }] }, 'a numeric must give the lower bound'],
    ['numeric with no number between its bounds', { a: [{ numeric: ['>', 5, '<', 5] }] }, 'a numeric has no number between 5 and 5'],
    ['numeric with a bound that is no number', { a: [{ numeric: ['>', '5'] }] }, 'a numeric allows numbers from -5e9 to 5e9, not "5"'],
    ['cidr without a prefix length', { a: [{ cidr: '10.0.0.1' }] }, 'a cidr must be a network with its prefix length'],
    ['cidr with a single address', { a: [{ cidr: '10.0.0.1/32' }] }, 'a cidr must be a network'],
    ['anything-but with mixed types', { a: [{ 'anything-but': ['x', 1] }] }, 'a anything-but takes texts or numbers (not both)'],
    ['anything-but with an empty list', { a: [{ 'anything-but': [] }] }, 'a anything-but takes texts or numbers'],
    ['anything-but with an empty prefix', { a: [{ 'anything-but': { prefix: '' } }] }, 'a anything-but prefix has nothing to look for'],
    ['anything-but with cidr', { a: [{ 'anything-but': { cidr: '10.0.0.0/8' } }] }, 'a anything-but negates exactly one of prefix'],
    ['$or with one alternative', { $or: [{ a: [1] }] }, '$or must be a list of at least two objects'],
    ['$or that is no list', { a: { $or: { b: [1] } } }, 'a.$or must be a list of at least two objects'],
    ['an operator as a field name inside $or', { $or: [{ prefix: ['x'] }, { b: [1] }] }, 'prefix is an operator in the place of a field'],
    ['a field that is given twice', { a: { b: [1] }, 'a.b': [2] }, 'a.b is given twice; put all its values into one list'],
    ['$or with more than 1,000 combinations', { x: many, y: many, z: many }, 'z.$or makes more than 1000 combinations; split the rule'],
    ['a pattern above 2,048 characters', { a: ['x'.repeat(2039)] }, 'the pattern has 2049 characters, 2048 are allowed'],
  ])('refuses %s', (_what, pattern, message) => {
    expect(() => compilePattern(pattern)).toThrow(
      expect.objectContaining({
        name: 'EventPatternError',
        message: expect.stringContaining(message) as string,
      }),
    );
  });

  test('accepts a pattern of exactly 2,048 characters', () => {
    expect(compilePattern({ a: ['x'.repeat(2038)] })({ a: 'x'.repeat(2038) })).toBe(true);
  });
});
