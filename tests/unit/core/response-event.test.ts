import { responseEventFor } from '../../../functions/core/response-event';

const PENDING = { requestId: 'r', tunnelId: 'demo', status: 'pending', mode: 'bus', waiterConnectionId: 'w', deadline: 2000 };
const COMPLETED = { ...PENDING, status: 'completed', wake: 'bus', completedAt: 1000, outcome: { body: 'secret' } };

test('the change that completes a row and asks for the bus becomes an event of ids only', () => {
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

test('a direct wake that failed asks for the bus in a second change', () => {
  const direct = { ...COMPLETED, wake: 'direct' };
  expect(responseEventFor({ before: PENDING, after: direct }, 1500)).toBeUndefined();
  expect(responseEventFor({ before: direct, after: COMPLETED }, 1500)).toMatchObject({ requestId: 'r' });
});

test.each([
  ['a later change of a row that has asked before', { before: COMPLETED, after: { ...COMPLETED, other: 1 } }],
  ['a row that is not completed', { before: undefined, after: PENDING }],
  ['a removal', { before: COMPLETED, after: undefined }],
])('%s is not published', (_, change) => {
  expect(responseEventFor(change, 1500)).toBeUndefined();
});

test('after the deadline nobody is left to wake', () => {
  expect(responseEventFor({ before: PENDING, after: COMPLETED }, 2001)).toBeUndefined();
});

test('the trace header and the mark of a probe go along', () => {
  const row = { ...COMPLETED, traceHeader: 'Root=1-a-b', probe: true };
  expect(responseEventFor({ before: PENDING, after: row }, 1500)).toMatchObject({ traceHeader: 'Root=1-a-b', probe: true });
});

test('a row without what an event needs is an error that names it', () => {
  const { requestId: _, ...row } = COMPLETED;
  expect(() => responseEventFor({ before: PENDING, after: row }, 1500)).toThrow('requestId');
});
