import type { Completion } from '../../../functions/core/pending-request';
import { encodeWake, parseWake, type Wake } from '../../../functions/core/wake';

const WAKE: Wake = { version: 1, requestId: 'r', source: 'direct' };
const response = (body: Buffer, headers = {}): Completion => ({
  completedAt: 1,
  outcome: { kind: 'response', statusCode: 200, headers, body },
});
const carried = (completion: Completion): Wake | undefined => parseWake(JSON.parse(encodeWake({ ...WAKE, completion })));

test.each<[string, Wake]>([
  ['without an answer', WAKE],
  ['from the bus', { ...WAKE, source: 'bus' }],
  ['with an answer', { ...WAKE, completion: response(Buffer.from('hi'), { 'x-a': ['1'] }) }],
  ['with an empty answer', { ...WAKE, completion: response(Buffer.alloc(0)) }],
  [
    'with the failure of a request',
    { ...WAKE, completion: { completedAt: 1, outcome: { kind: 'failure', code: 'timeout', message: 'm' } } },
  ],
  [
    'with an answer in the body store',
    {
      ...WAKE,
      completion: {
        completedAt: 1,
        outcome: { kind: 'response', statusCode: 200, headers: {}, body: { bytes: 9, sha256: `${'s'.repeat(43)}=` } },
      },
    },
  ],
])('parseWake returns the wake that encodeWake encoded: a wake %s', (_, wake) => {
  expect(parseWake(JSON.parse(encodeWake(wake)))).toStrictEqual(wake);
});

test('a wake contains the body in base64 if the body has at most 20 KB, and no answer otherwise', () => {
  expect(encodeWake({ ...WAKE, completion: response(Buffer.from('hi')) })).toContain('"body":"aGk="');
  expect(carried(response(Buffer.alloc(20 * 1024)))).toHaveProperty('completion');
  expect(carried(response(Buffer.alloc(20 * 1024 + 1)))).toStrictEqual(WAKE);
});

test('a wake of more than 28 KB, counted in bytes, is encoded without the answer', () => {
  const spare = 28 * 1024 - Buffer.byteLength(encodeWake({ ...WAKE, completion: response(Buffer.alloc(0), { 'x-a': [''] }) }));
  expect(carried(response(Buffer.alloc(0), { 'x-a': ['x'.repeat(spare)] }))).toHaveProperty('completion');
  expect(carried(response(Buffer.alloc(0), { 'x-a': ['x'.repeat(spare + 1)] }))).toStrictEqual(WAKE);
  expect(carried(response(Buffer.alloc(0), { 'x-a': ['é'.repeat(spare / 2 + 1)] }))).toStrictEqual(WAKE);
});

test.each([
  ['undefined', undefined],
  ['null', null],
  ['a string', 'wake'],
  ['a number', 1],
  ['a wake without a version', { requestId: 'r', source: 'bus' }],
  ['a wake whose version is not a number', { ...WAKE, version: '1' }],
  ['a wake without a request id', { version: 1, source: 'bus' }],
  ['a wake whose request id is not a string', { ...WAKE, requestId: 7 }],
  ['a wake from an unknown source', { ...WAKE, source: 'read' }],
])('parseWake returns undefined for %s', (_, value) => {
  expect(parseWake(value)).toBeUndefined();
});

test('parseWake ignores unknown fields, which a later version may add', () => {
  expect(parseWake({ ...WAKE, later: true })).toStrictEqual(WAKE);
});

test.each([
  ['null', null],
  ['a text', 'x'],
  ['an object without an outcome', { completedAt: 1 }],
  ['an outcome of an unknown kind', { completedAt: 1, outcome: { kind: 'x', statusCode: 200, headers: {}, body: '' } }],
  ['an outcome without a time', { outcome: { kind: 'failure', code: 'timeout', message: 'm' } }],
  ['a failure with an unknown code', { completedAt: 1, outcome: { kind: 'failure', code: 'x', message: 'm' } }],
  ['a failure without a message', { completedAt: 1, outcome: { kind: 'failure', code: 'timeout' } }],
  ['a response without a status', { completedAt: 1, outcome: { kind: 'response', headers: {}, body: '' } }],
  ['a response with a text as headers', { completedAt: 1, outcome: { kind: 'response', statusCode: 200, headers: 'x', body: '' } }],
  ['a response without a body', { completedAt: 1, outcome: { kind: 'response', statusCode: 200, headers: {} } }],
  ['a response with half a reference', { completedAt: 1, outcome: { kind: 'response', statusCode: 200, headers: {}, body: { bytes: 1 } } }],
])('parseWake returns a wake without an answer if the answer is %s', (_, completion) => {
  expect(parseWake({ ...WAKE, completion })).toStrictEqual(WAKE);
});
