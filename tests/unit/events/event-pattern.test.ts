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

describe('what a pattern matches', () => {
  test.each<[string, Record<string, unknown>, boolean]>([
    ['a text', { state: ['running'] }, true],
    ['another text', { state: ['Running'] }, false],
    ['one of several values', { state: ['stopped', 'running'] }, true],
    ['a number', { count: [3] }, true],
    ['a number written differently', { count: [3.0] }, true],
    ['a number against a text', { count: ['3'] }, false],
    ['a text against a number', { state: [3] }, false],
    ['a boolean', { done: [true] }, true],
    ['the other boolean', { done: [false] }, false],
    ['null', { error: [null] }, true],
    ['null against an empty text', { empty: [null] }, false],
    ['an empty text', { empty: [''] }, true],
    ['null against nothing', { missing: [null] }, false],
    ['fields that all match', { state: ['running'], count: [3] }, true],
    ['fields of which one does not match', { state: ['running'], count: [4] }, false],
    ['a nested field', { waiter: { connection: ['abc'] } }, true],
    ['a name with a dot, which is a step', { 'waiter.connection': ['abc'] }, true],
    ['an object in the place of a value', { waiter: ['abc'] }, false],
    ['a value in the place of an object', { state: { running: ['x'] } }, false],
  ])('%s', (_what, pattern, expected) => expect(detail(pattern)).toBe(expected));

  test.each<[string, unknown, boolean]>([
    ['a prefix', { prefix: 'run' }, true],
    ['a prefix in other letters', { prefix: 'RUN' }, false],
    ['a prefix in other letters, ignoring case', { prefix: { 'equals-ignore-case': 'RUN' } }, true],
    ['a suffix', { suffix: 'ing' }, true],
    ['a suffix that is in the middle', { suffix: 'nin' }, false],
    ['a suffix ignoring case', { suffix: { 'equals-ignore-case': 'NING' } }, true],
    ['equality ignoring case', { 'equals-ignore-case': 'RunNing' }, true],
    ['a wildcard', { wildcard: 'r*n*g' }, true],
    ['a wildcard whose pieces would overlap', { wildcard: 'runnin*ning' }, false],
    ['anything but another text', { 'anything-but': 'stopped' }, true],
    ['anything but this text', { 'anything-but': ['stopped', 'running'] }, false],
    ['anything but numbers', { 'anything-but': [1, 2] }, true],
    ['anything but a prefix', { 'anything-but': { prefix: 'run' } }, false],
    ['anything but prefixes', { 'anything-but': { prefix: ['stop', 'init'] } }, true],
    ['anything but a suffix', { 'anything-but': { suffix: 'ing' } }, false],
    ['anything but a text, ignoring case', { 'anything-but': { 'equals-ignore-case': 'RUNNING' } }, false],
    ['anything but a wildcard', { 'anything-but': { wildcard: '*nn*' } }, false],
    ['existence', { exists: true }, true],
    ['absence', { exists: false }, false],
  ])('a text by %s', (_what, operator, expected) => expect(detail({ state: [operator] })).toBe(expected));

  test.each<[unknown[], boolean]>([
    [['=', 3], true],
    [['>', 3], false],
    [['>=', 3], true],
    [['<', 3.5], true],
    [['<=', 2], false],
    [['>', 0, '<=', 3], true],
    [['>', 0, '<', 3], false],
  ])('a number by numeric %j: %s', (numeric, expected) => expect(detail({ count: [{ numeric }] })).toBe(expected));

  test('numeric does not match a text, as DynamoDB writes numbers', () => {
    const matches = compilePattern({ dynamodb: { NewImage: { count: { N: [{ numeric: ['>', 0] }] } } } });
    expect(matches({ dynamodb: { NewImage: { count: { N: '3' } } } })).toBe(false);
    expect(matches({ dynamodb: { NewImage: { count: { N: 3 } } } })).toBe(true);
  });

  test('numeric does not match beyond five thousand million', () => {
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
  ])('%s by cidr %s: %s', (field, cidr, expected) => expect(detail({ [field]: [{ cidr }] })).toBe(expected));

  test('anything-but wants the field to be there, and takes other types', () => {
    expect(detail({ missing: [{ 'anything-but': 'x' }] })).toBe(false);
    expect(detail({ error: [{ 'anything-but': { prefix: 'x' } }] })).toBe(true);
    expect(detail({ count: [{ 'anything-but': [3] }] })).toBe(false);
  });

  test('existence is that of a leaf: an object and an empty list are none', () => {
    expect(detail({ waiter: [{ exists: true }] })).toBe(false);
    expect(detail({ tags: [{ exists: false }] })).toBe(true);
    expect(detail({ error: [{ exists: true }] })).toBe(true);
    expect(detail({ missing: { deeper: [{ exists: false }] } })).toBe(true);
    expect(detail({ state: ['stopped', { exists: false }] })).toBe(false);
    expect(detail({ missing: ['stopped', { exists: false }] })).toBe(true);
  });

  test('wildcards know literal asterisks and backslashes', () => {
    const matches = (wildcard: string, x: string): boolean => compilePattern({ x: [{ wildcard }] })({ x });
    expect(matches('a\\*b', 'a*b')).toBe(true);
    expect(matches('a\\*b', 'axb')).toBe(false);
    expect(matches('a\\\\*', 'a\\b')).toBe(true);
    expect(matches('*', '')).toBe(true);
    expect(matches('', '')).toBe(true);
  });
});

describe('lists in the event', () => {
  test('match with any element', () => {
    expect(compilePattern({ resources: ['arn:two'] })(EVENT)).toBe(true);
    expect(compilePattern({ resources: ['arn:three'] })(EVENT)).toBe(false);
    expect(compilePattern({ x: [1] })({ x: [[0, [1]]] })).toBe(true);
  });

  test('of objects match when all fields come from one element', () => {
    expect(detail({ agents: { name: ['Anna'], city: ['Bonn'] } })).toBe(true);
    expect(detail({ agents: { name: ['Anna'], city: ['Kiel'] } })).toBe(false);
    expect(detail({ agents: { name: ['Paul'], rooms: { floor: [3], size: [30] } } })).toBe(true);
    expect(detail({ agents: { name: ['Paul'], rooms: { floor: [2], size: [30] } } })).toBe(false);
    expect(detail({ agents: { name: ['Anna'], rooms: { size: [20] } } })).toBe(false);
  });

  test('leave lists beside each other free', () => {
    const matches = compilePattern({ a: { x: [2] }, b: { x: [1] } });
    expect(matches({ a: [{ x: 1 }, { x: 2 }], b: [{ x: 1 }, { x: 2 }] })).toBe(true);
  });

  test('an absent field is absent from the element that the fields before it chose', () => {
    const matches = compilePattern({ agents: { name: ['Anna'], nick: [{ exists: false }] } });
    expect(matches({ agents: [{ name: 'Anna' }, { name: 'Paul', nick: 'P' }] })).toBe(true);
    expect(matches({ agents: [{ name: 'Anna', nick: 'A' }, { name: 'Paul' }] })).toBe(false);
  });

  test('hundreds of elements in many lists are matched in no time', () => {
    const lists = ['a', 'b', 'c', 'd', 'e', 'f'];
    const elements = Array.from({ length: 300 }, (_, x) => ({ x, y: x % 7 }));
    const event = Object.fromEntries(lists.map((name) => [name, elements]));
    const all = Object.fromEntries(lists.map((name) => [name, { x: [{ numeric: ['>=', 0] }], y: [{ exists: true }] }]));
    const checkHang = startHangCheck();
    expect(compilePattern({ ...all, f: { x: [{ numeric: ['>=', 0] }], y: [9] } })(event)).toBe(false);
    checkHang();
  });

  test('an event nested beyond the stack is matched', () => {
    let deep: unknown = 'x';
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    expect(compilePattern({ a: ['x'] })({ a: deep })).toBe(true);
  });
});

describe('$or', () => {
  const EITHER = {
    source: ['http-tunnel'],
    detail: { $or: [{ count: [9] }, { state: ['running'], done: [true] }] },
  };

  test('offers alternatives beside the fields that must match', () => {
    expect(compilePattern(EITHER)(EVENT)).toBe(true);
    expect(compilePattern({ ...EITHER, source: ['other'] })(EVENT)).toBe(false);
    expect(detail({ $or: [{ count: [9] }, { state: ['running'], done: [false] }] })).toBe(false);
  });

  test('may be nested and repeated', () => {
    const pattern = {
      $or: [{ source: ['x'] }, { $or: [{ source: ['y'] }, { source: ['http-tunnel'] }] }],
      detail: { $or: [{ count: [3] }, { count: [4] }] },
    };
    expect(compilePattern(pattern)(EVENT)).toBe(true);
  });
});

describe('patterns that are refused', () => {
  const many = { $or: Array.from({ length: 11 }, (_, i) => ({ a: [i] })) };

  test.each<[string, unknown, string]>([
    ['no object', ['x'], 'the pattern is not an object; write {"field": ["value"]}'],
    ['an empty object', {}, 'the pattern is an empty object; name a field, or leave it out'],
    ['a value without a list', { a: { b: 'x' } }, 'a.b is "x", which is neither a list nor an object; write ["x"]'],
    ['an empty list', { a: [] }, 'a is an empty list; give the values that match'],
    ['a list in a list', { a: [['x']] }, 'a has ["x"] among its values'],
    ['an unknown operator', { a: [{ regex: 'x' }] }, 'a uses the unknown operator "regex"; known are prefix, suffix'],
    ['an inherited name as operator', { a: [{ constructor: 'x' }] }, 'a uses the unknown operator "constructor"'],
    ['two operators in one object', { a: [{ prefix: 'x', suffix: 'y' }] }, 'a has an operator object without exactly one'],
    ['a prefix that is no text', { a: [{ prefix: 1 }] }, 'a prefix takes a text, not 1'],
    ['a prefix of an unknown kind', { a: [{ prefix: { wildcard: 'x' } }] }, 'a prefix takes a text or {"equals-ignore-case": text}'],
    ['two asterisks', { a: [{ wildcard: 'a**b' }] }, 'a wildcard has two asterisks in a row'],
    ['a lone backslash', { a: [{ wildcard: 'a\\b' }] }, 'a wildcard has a backslash that escapes neither'],
    ['exists with a text', { a: [{ exists: 'true' }] }, 'a exists takes true or false'],
    ['an unknown comparison', { a: [{ numeric: ['!=', 1] }] }, 'a numeric knows =, >, >=, < and <=, not "!="'],
    ['three bounds', { a: [{ numeric: ['>', 1, '<'] }] }, 'a numeric must be a list of one or two comparisons'],
    ['bounds in the wrong order', { a: [{ numeric: ['<', 5, '>', 1] }] }, 'a numeric must give the lower bound'],
    ['bounds without numbers between', { a: [{ numeric: ['>', 5, '<', 5] }] }, 'a numeric has no number between 5 and 5'],
    ['a bound that is no number', { a: [{ numeric: ['>', '5'] }] }, 'a numeric compares with numbers from -5e9 to 5e9, not with "5"'],
    ['a network without a prefix', { a: [{ cidr: '10.0.0.1' }] }, 'a cidr must be a network with its prefix length'],
    ['a network that is an address', { a: [{ cidr: '10.0.0.1/32' }] }, 'a cidr must be a network'],
    ['anything-but of mixed types', { a: [{ 'anything-but': ['x', 1] }] }, 'a anything-but takes texts or numbers (not both)'],
    ['anything-but nothing', { a: [{ 'anything-but': [] }] }, 'a anything-but takes texts or numbers'],
    ['anything-but an empty prefix', { a: [{ 'anything-but': { prefix: '' } }] }, 'a anything-but prefix has nothing to look for'],
    ['anything-but a network', { a: [{ 'anything-but': { cidr: '10.0.0.0/8' } }] }, 'a anything-but negates exactly one of prefix'],
    ['$or of one', { $or: [{ a: [1] }] }, '$or must be a list of at least two objects'],
    ['$or that is no list', { a: { $or: { b: [1] } } }, 'a.$or must be a list of at least two objects'],
    ['an operator as field inside $or', { $or: [{ prefix: ['x'] }, { b: [1] }] }, 'prefix is an operator in the place of a field'],
    ['a field given twice', { a: { b: [1] }, 'a.b': [2] }, 'a.b is given twice; put all its values into one list'],
    ['too many combinations', { x: many, y: many, z: many }, 'z.$or makes more than 1000 combinations; split the rule'],
    ['too many characters', { a: ['x'.repeat(2039)] }, 'the pattern has 2049 characters, 2048 are allowed'],
  ])('%s', (_what, pattern, message) => {
    expect(() => compilePattern(pattern)).toThrow(
      expect.objectContaining({
        name: 'EventPatternError',
        message: expect.stringContaining(message) as string,
      }),
    );
  });

  test('a pattern of exactly the allowed length is accepted', () => {
    expect(compilePattern({ a: ['x'.repeat(2038)] })({ a: 'x'.repeat(2038) })).toBe(true);
  });
});
