import { missesOfWalk, walkReport, type Walk } from '../../../rehearse/walk-report';
import { isWithin, shareOf } from '../../../rehearse/share';

const counts = (eventDriven: number, polling: number) => ({ 'event-driven': eventDriven, polling });

test.each([
  [10, 12, 78, true],
  [10, 45, 45, false],
  [25, 25, 75, true],
  [25, 1, 99, false],
  [0, 0, 90, true],
  [0, 1, 89, false],
  [100, 90, 0, true],
  [100, 89, 1, false],
])(
  'at a share of %i %%, %i event-driven and %i polling requests are within the expected range: %s',
  (percent, eventDriven, polling, within) => {
    expect(isWithin(shareOf(percent, counts(eventDriven, polling)))).toBe(within);
  },
);

test('a stage without requests is not within the expected range', () => {
  expect(isWithin(shareOf(0, counts(0, 0)))).toBe(false);
});

const seen = { asked: 400, answered: 400, errors: 0, errorKinds: {}, lost: 0 };
const good: Walk = {
  timeFactor: 10,
  shares: [shareOf(0, counts(0, 90)), shareOf(25, counts(25, 75)), shareOf(100, counts(90, 0))],
  refusals: ['probe', 'soak', 'soak'],
  seen,
  unfinished: 0,
};

test('a rollout to 100 % in which each stage has its share has no missed targets', () => {
  expect(missesOfWalk(good)).toEqual([]);
  expect(walkReport(good, [])).toMatch(/^25 % +100 +25 +7 to 43 +yes$/m);
});

test.each<[string, Partial<Walk>, string]>([
  ['stops before the last stage', { shares: good.shares.slice(0, 2) }, 'rollout: the rollout reached 25 %, not 100 %'],
  ['leaves 0 % without a probe', { refusals: ['soak'] }, 'rollout: the rollout could leave 0 % before a probe had come back'],
  ['leaves a stage too early', { refusals: ['probe'] }, 'rollout: the rollout could leave a stage before its soak time was over'],
  [
    'has a share that differs from the set share',
    { shares: [shareOf(10, counts(45, 45)), ...good.shares.slice(2)] },
    'rollout: at 10 % 45 of 90 requests were event-driven, not 0 to 21',
  ],
  ['causes errors for visitors', { seen: { ...seen, errors: 1, errorKinds: { '500': 1 } } }, 'rollout: 1 visitors saw an error (1 × 500)'],
  ['leaves unfinished requests', { unfinished: 2 }, 'rollout: 2 requests did not finish'],
])('missesOfWalk() reports a rollout that %s', (_, changes, miss) => {
  expect(missesOfWalk({ ...good, ...changes })).toEqual([miss]);
});
