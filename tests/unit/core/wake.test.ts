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
  ['of the bus', { ...WAKE, source: 'bus' }],
  ['with an answer', { ...WAKE, completion: response(Buffer.from('hi'), { 'x-a': ['1'] }) }],
  ['with an empty answer', { ...WAKE, completion: response(Buffer.alloc(0)) }],
  ['with a failure', { ...WAKE, completion: { completedAt: 1, outcome: { kind: 'failure', code: 'timeout', message: 'm' } } }],
  [
    'with an answer in the body store',
    {
      ...WAKE,
      completion: { completedAt: 1, outcome: { kind: 'response', statusCode: 200, headers: {}, body: { bytes: 9, sha256: 's' } } },
    },
  ],
])('a wake %s arrives as it was sent', (_, wake) => {
  expect(parseWake(JSON.parse(encodeWake(wake)))).toStrictEqual(wake);
});

test('a body in a wake is base64, and a body of 20 KB is the largest that rides along', () => {
  expect(encodeWake({ ...WAKE, completion: response(Buffer.from('hi')) })).toContain('"body":"aGk="');
  expect(carried(response(Buffer.alloc(20 * 1024)))).toHaveProperty('completion');
  expect(carried(response(Buffer.alloc(20 * 1024 + 1)))).toStrictEqual(WAKE);
});

test('an answer that is larger than 28 KB for another reason is left out, counted in bytes', () => {
  const spare = 28 * 1024 - Buffer.byteLength(encodeWake({ ...WAKE, completion: response(Buffer.alloc(0), { 'x-a': [''] }) }));
  expect(carried(response(Buffer.alloc(0), { 'x-a': ['x'.repeat(spare)] }))).toHaveProperty('completion');
  expect(carried(response(Buffer.alloc(0), { 'x-a': ['x'.repeat(spare + 1)] }))).toStrictEqual(WAKE);
  expect(carried(response(Buffer.alloc(0), { 'x-a': ['é'.repeat(spare / 2 + 1)] }))).toStrictEqual(WAKE);
});

test.each([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'wake'],
  ['a number', 1],
  ['a wake without a version', { requestId: 'r', source: 'bus' }],
  ['a wake whose version is no number', { ...WAKE, version: '1' }],
  ['a wake without a request', { version: 1, source: 'bus' }],
  ['a wake whose request is no text', { ...WAKE, requestId: 7 }],
  ['a wake from an unknown source', { ...WAKE, source: 'read' }],
])('%s is no wake', (_, value) => {
  expect(parseWake(value)).toBeUndefined();
});

test('fields that a later version adds to a wake are ignored', () => {
  expect(parseWake({ ...WAKE, later: true })).toStrictEqual(WAKE);
});
