import { judge, type Situation } from '../../../local/console/verdict';
import type { Answers, Figures, RolloutCard } from '../../../local/console/view-model';

const figures = (requests: number, p50: number): Figures => ({
  requests,
  errors: 0,
  response: { average: p50, p50, p99: p50 * 2 },
  returned: { average: p50 / 2, p50: p50 / 2 },
});
const answers = (visits: number, more: Partial<Answers> = {}): Answers => ({ visits, failed: [], turnedAway: [], ...more });
const card = (more: Partial<RolloutCard> = {}): RolloutCard => ({
  state: 'open',
  percent: 25,
  next: { command: 'npm run rollout -- --env local next', text: '' },
  ...more,
});
const latched = card({
  state: 'latched',
  percent: 0,
  change: { since: 1, by: 'roll-back', why: 'alarm event-driven-errors' },
});

/** In good order: the canary is better than the control. */
const situation = (more: Partial<Situation> = {}): Situation => ({
  rollout: card(),
  alarmsOn: [],
  answers: answers(200),
  canary: figures(50, 40),
  control: figures(150, 100),
  missedEvents: 0,
  ...more,
});

const busy = answers(1000, { failed: [{ label: '429 tunnel_busy', count: 370 }] });
const strangers = answers(100, { turnedAway: [{ label: '404 tunnel_not_found', count: 60 }] });
const BUSY = '37 % of the visits of the last minute failed or were refused: 429 tunnel_busy';
const STRANGERS = '60 % of the visits of the last minute were turned away: 404 tunnel_not_found';
const MISSED = '20 % of the event-driven requests of the last minute missed their event';
const LATCHED = 'Rolled back and latched: all requests poll until somebody resumes';

describe('the headline', () => {
  test.each([
    [
      'a latch and an alarm',
      { rollout: latched, alarmsOn: ['event-driven-errors'] },
      'bad',
      `${LATCHED}; the alarm event-driven-errors is on`,
    ],
    ['a latch alone', { rollout: latched }, 'warning', LATCHED],
    ['a latch, and visits that fail', { rollout: latched, answers: busy }, 'bad', LATCHED],
    ['an alarm', { alarmsOn: ['refusals'] }, 'bad', 'The alarm refusals is on'],
    ['several alarms', { alarmsOn: ['rollback', 'lost-answers'] }, 'bad', '2 alarms are on: rollback, lost-answers'],
    ['an alarm, and visits that fail', { alarmsOn: ['refusals'], answers: busy }, 'bad', 'The alarm refusals is on'],
    ['visits that are refused', { answers: busy }, 'bad', BUSY],
    ['visits that are refused, and missed events', { answers: busy, missedEvents: 10 }, 'bad', BUSY],
    ['visits that are turned away', { answers: strangers }, 'warning', STRANGERS],
    ['missed events', { missedEvents: 10 }, 'warning', MISSED],
    ['nothing wrong', {}, 'good', 'The canary is better than the control'],
    ['a canary that is slower', { canary: figures(50, 200) }, 'bad', 'The canary is worse than the control'],
    ['no visits', { answers: answers(0) }, 'unknown', 'No visit came in the last minute'],
    ['no visits, and an alarm', { answers: answers(0), alarmsOn: ['sweep-missing'] }, 'bad', 'The alarm sweep-missing is on'],
  ] as const)('of %s names what has the highest rank', (_, more, kind, headline) => {
    expect(judge(situation(more))).toMatchObject({ kind, headline });
  });

  const troubles: Partial<Situation>[] = [
    { rollout: latched },
    { rollout: card({ state: 'malformed', percent: 0 }) },
    { rollout: card({ state: 'unreadable', trouble: 'no table' }) },
    { alarmsOn: ['refusals'] },
    { answers: busy },
    { answers: strangers },
    { missedEvents: 10 },
  ];

  test('is green in no combination of troubles, and says each of them in a line', () => {
    const pairs = troubles.flatMap((one, i) => troubles.slice(i + 1).map((other) => [one, other] as const));
    for (const [one, other] of pairs) {
      if (Object.keys(one)[0] === Object.keys(other)[0]) continue;
      const { kind, headline, points } = judge(situation({ ...one, ...other }));
      const text = [headline, ...points].join(' ').toLowerCase();
      for (const alone of [one, other].map((trouble) => judge(situation(trouble)))) {
        expect(text).toContain(alone.headline.toLowerCase());
        // Nothing makes another trouble look less bad.
        expect(alone.kind === 'bad' ? ['bad'] : ['bad', 'warning']).toContain(kind);
      }
    }
  });

  test.each([
    [1, 1000, 'warning', '0.1 %'],
    [1, 3000, 'warning', 'Less than 0.1 %'],
    [9, 1000, 'warning', '0.9 %'],
    [10, 1000, 'bad', '1.0 %'],
    [1, 1, 'bad', '100 %'],
  ])('%i failure of %i visits is %s', (count, visits, kind, words) => {
    const verdict = judge(situation({ answers: answers(visits, { failed: [{ label: '500 internal_error', count }] }) }));
    expect(verdict).toMatchObject({ kind, headline: expect.stringContaining(`${words} of the visits`) });
  });

  test('says that there are other failures beside the most frequent one, and the lines below list them all', () => {
    const failed = [
      { label: '429 tunnel_busy', count: 5 },
      { label: '502 agent_away', count: 2 },
    ];
    const turnedAway = [{ label: '401 visitor_unauthorized', count: 1 }];
    const { headline, points } = judge(situation({ answers: answers(20, { failed, turnedAway }) }));
    expect(headline).toBe('35 % of the visits of the last minute failed or were refused: 429 tunnel_busy and others');
    expect(points).toEqual([
      'Visits of the last minute: 12 answered, 7 failed or refused (5 × 429 tunnel_busy, 2 × 502 agent_away), ' +
        '1 turned away because of what they sent (1 × 401 visitor_unauthorized).',
    ]);
  });

  test('of a rollback says below who rolled back, and why', () => {
    expect(judge(situation({ rollout: latched })).points[0]).toBe('By roll-back: alarm event-driven-errors.');
  });

  test.each([
    [5, 500, 'good'],
    [6, 500, 'warning'],
    [2, 20, 'good'],
    [3, 20, 'warning'],
  ])('of %i missed events of %i is %s', (missedEvents, requests, kind) => {
    expect(judge(situation({ canary: figures(requests, 40), missedEvents })).kind).toBe(kind);
  });
});

describe('at 100 %', () => {
  const all = { rollout: card({ percent: 100 }), canary: figures(300, 40), control: figures(0, 0), answers: answers(300) };

  test('the headline speaks of the answers', () => {
    const verdict = judge(situation(all));
    expect(verdict).toMatchObject({ kind: 'good', headline: 'All 300 visits of the last minute were answered' });
    expect(JSON.stringify(verdict)).not.toContain('control');
  });

  test('a few visitors who were turned away change the headline, and not its colour', () => {
    const some = answers(300, { turnedAway: [{ label: '404 tunnel_not_found', count: 3 }] });
    expect(judge(situation({ ...all, answers: some }))).toMatchObject({ kind: 'good', headline: 'No visit of the last minute failed' });
  });

  test('a single visit is no "all"', () => {
    expect(judge(situation({ ...all, answers: answers(1) })).headline).toBe('The only visit of the last minute was answered');
  });

  test('answers that return more slowly than the baseline are bad', () => {
    expect(judge(situation({ ...all, baselineMs: 10 }))).toMatchObject({
      kind: 'bad',
      headline: 'Answers return more slowly than by polling',
    });
  });
});

test('the kill switch is mentioned below the headline', () => {
  const rollout = card({ state: 'switched-off', next: { text: 'The kill switch is on.' } });
  expect(judge(situation({ rollout })).points).toContain('The kill switch is on.');
});
