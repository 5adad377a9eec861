import { responseEventFor } from '../../../functions/core/response-event';

const PENDING = { requestId: 'r', tunnelId: 'demo', status: 'pending', mode: 'bus', waiterConnectionId: 'w', deadline: 2000 };
const COMPLETED = { ...PENDING, status: 'completed', wake: 'bus', completedAt: 1000, outcome: { body: 'secret' } };

test('a change that completes a row and asks for the bus becomes an event without the content of the answer', () => {
  expect(responseEventFor({ before: PENDING, after: COMPLETED }, 1500)).toEqual({
    version: 1,
    requestId: 'r',
    tunnelId: 'demo',
    waiterConnectionId: 'w',
    completedAt: 1000,
    traceHeader: '',
    probe: false,
  });
});

test('a second change of a row that asks for the bus after a failed direct wake becomes an event', () => {
  const direct = { ...COMPLETED, wake: 'direct' };
  expect(responseEventFor({ before: PENDING, after: direct }, 1500)).toBeUndefined();
  expect(responseEventFor({ before: direct, after: COMPLETED }, 1500)).toMatchObject({ requestId: 'r' });
});

test.each([
  ['a later change of a row that already asked for the bus', { before: COMPLETED, after: { ...COMPLETED, other: 1 } }],
  ['a row that is not completed', { before: undefined, after: PENDING }],
  ['the removal of a row', { before: COMPLETED, after: undefined }],
])('%s becomes no event', (_, change) => {
  expect(responseEventFor(change, 1500)).toBeUndefined();
});

test('a change after the deadline of the request becomes no event', () => {
  expect(responseEventFor({ before: PENDING, after: COMPLETED }, 2000)).toBeDefined();
  expect(responseEventFor({ before: PENDING, after: COMPLETED }, 2001)).toBeUndefined();
});

test('an event contains the trace header and the mark of a probe', () => {
  const row = { ...COMPLETED, traceHeader: 'Root=1-a-b', probe: true };
  expect(responseEventFor({ before: PENDING, after: row }, 1500)).toMatchObject({ traceHeader: 'Root=1-a-b', probe: true });
});

test.each(['requestId', 'tunnelId', 'deadline', 'completedAt'])(
  'a completed row without %s causes an error that names the missing attribute',
  (name) => {
    const row = { ...COMPLETED, [name]: undefined };
    expect(() => responseEventFor({ before: PENDING, after: row }, 1500)).toThrow(`pending row has no ${name}`);
  },
);
