import { answersOf, fateOf } from '../../../local/console/answers';
import { LocalVisits, type Visit } from '../../../local/story/visits';
import { visitOf } from '../../support/observed';

/** API Gateway answers by itself: the answer has no request id. */
const ofGateway = (status: number): Visit => {
  const { requestId: _, ...visit } = visitOf({ status });
  return visit;
};

test.each([
  ['an answer of the local service', 'answered', visitOf()],
  ["the local service's own 404", 'answered', visitOf({ status: 404 })],
  ["the local service's own 500", 'failed', visitOf({ status: 500 })],
  ["the local service's own 429", 'failed', visitOf({ status: 429 })],
  ['a tunnel that is busy', 'failed', visitOf({ status: 429, error: 'tunnel_busy' })],
  ['an agent that is away', 'failed', visitOf({ status: 502, error: 'agent_away' })],
  ['a tunnel that does not exist', 'turned-away', visitOf({ status: 404, error: 'tunnel_not_found' })],
  ['a visitor who tries passwords', 'turned-away', visitOf({ status: 429, error: 'too_many_guesses' })],
  ["API Gateway's own 429", 'failed', ofGateway(429)],
  ["API Gateway's own 503", 'failed', ofGateway(503)],
  ["API Gateway's own 400", 'turned-away', ofGateway(400)],
] as const)('%s counts as %s', (_, fate, visit) => {
  expect(fateOf(visit)).toBe(fate);
});

test('answers are counted by status and code, the most frequent first', () => {
  const busy = visitOf({ status: 429, error: 'tunnel_busy' });
  const visits = [visitOf(), ofGateway(503), busy, busy, visitOf({ status: 500 }), visitOf({ status: 401, error: 'visitor_unauthorized' })];
  expect(answersOf(visits)).toEqual({
    visits: 6,
    failed: [
      { label: '429 tunnel_busy', count: 2 },
      { label: '500 of the local service', count: 1 },
      { label: '503 of API Gateway', count: 1 },
    ],
    turnedAway: [{ label: '401 visitor_unauthorized', count: 1 }],
  });
});

test('the newest visits are kept, with what the header fields of the answer say about them', () => {
  const visits = new LocalVisits(2);
  const record = { method: 'GET', path: '/demo/', status: 200, latencyMs: 12 };
  for (let at = 1; at <= 5; at++) visits.add({ ...record, at, headers: [['x-tunnel-request-id', `id-${at}`]] });
  visits.add({ ...record, at: 6, status: 429, headers: [['x-tunnel-error', 'tunnel_busy']] });
  expect(visits.recent(10)).toEqual([
    { at: 6, method: 'GET', path: '/demo/', status: 429, ms: 12, error: 'tunnel_busy' },
    { at: 5, method: 'GET', path: '/demo/', status: 200, ms: 12, requestId: 'id-5' },
  ]);
  expect(visits.since(6).map(({ at }) => at)).toEqual([6]);
});
