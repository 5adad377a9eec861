import { figuresOf, isKept } from '../../../chaos/judge/figures';
import type { Visit, VisitEnd } from '../../../chaos/judge/history';

const visit = (end: VisitEnd, ms: number): Visit => ({ nonce: 'v', index: 0, tunnel: 'ann', sentAt: 1000, endedAt: 1000 + ms, end });
const happened = (kind: string) => ({ kind, from: 0, to: 1 });

test('the figures count requests, strikes, happenings, errors by code and broken promises, and have the slowest visit, and tell how streams ended and how long waiters went on for nobody', () => {
  const visits = [
    visit({ kind: 'own-answer' }, 20),
    visit({ kind: 'tunnel-error', code: 'agent_away' }, 5),
    visit({ kind: 'tunnel-error', code: 'deadline_exceeded' }, 12_100),
    visit({ kind: 'tunnel-error', code: 'deadline_exceeded' }, 12_000),
    visit({ kind: 'gateway-error', status: 500 }, 7),
    visit({ kind: 'cut', code: 'ECONNRESET' }, 8),
  ];
  const waiters = new Map([
    ['s1', { endedAt: 1900, ranMs: 900, failure: 'the stream was cut: idle' }],
    ['s2', { endedAt: 9000, ranMs: 8000 }],
    ['s3', { endedAt: 1010, ranMs: 10 }],
  ]);
  const streamed = { bytes: 10, got: 5, breaks: false, pausedMs: 0 };
  visits.push(
    { ...visit({ kind: 'cut', code: 'ECONNRESET' }, 900), nonce: 's1', streamed },
    { ...visit({ kind: 'left' }, 500), nonce: 's2', streamed },
    { ...visit({ kind: 'cut', code: 'ECONNRESET' }, 10), nonce: 's3', streamed },
  );
  const history = { visits, waiters, happened: [happened('wakes-lost'), happened('agents-crash'), happened('agents-crash')] };
  const findings = [
    { rule: 'lost', text: '', count: 1 },
    { rule: 'leftover', text: '', count: 4 },
  ] as const;
  const figures = figuresOf(7, history, { 'wakes-lost': 12, 'rows-fail': 0 }, findings);
  expect(figures).toEqual({
    requests: 9,
    seed: 7,
    faults: { 'wakes-lost': 12, 'agents-crash': 2 },
    errors: { cut_ECONNRESET: 3, deadline_exceeded: 2, agent_away: 1, gateway_500: 1, left: 1 },
    streams: { visits: 3, cut: { idle: 1, ended: 1 }, left: 1, waitedOnMs: 7500 },
    slowestMs: 12_100,
    lost: 1,
    crossed: 0,
    twice: 0,
    leftover: 4,
  });
  expect(isKept(figures)).toBe(false);
  expect(isKept({ ...figures, lost: 0, leftover: 0 })).toBe(true);
});
