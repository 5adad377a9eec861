import { duration, nextStep, obstaclesTo, soakLeftMs, type Situation } from '../../../rollout/rules';
import { nextStage, stageOf, STAGES } from '../../../rollout/stages';
import { rolloutItem } from '../../support/rollout-items';

const NOW = 1_000 * 3_600_000;
const HOUR_MS = 3_600_000;

/** A rollout that has been at 25 % for 100 hours, and nothing that speaks against a higher share. */
function situation(more: Partial<Situation> & { item?: Parameters<typeof rolloutItem>[0] } = {}): Situation {
  const { item, ...rest } = more;
  return {
    now: NOW,
    stored: { item: rolloutItem({ percent: 25, since: NOW - 100 * HOUR_MS, ...item }), isMalformed: false, revision: 1 },
    initialPercent: 0,
    useEventDriven: true,
    alarmsOn: [],
    isWatched: true,
    probeReturned: true,
    timeFactor: 1,
    ...rest,
  };
}

const codes = (of: Situation): string[] => nextStep(of).obstacles.map(({ code }) => code);
const untouched = { isMalformed: false, revision: undefined };

test('the stages of the rollout are 0, 10, 25, 50 and 100 %, and the stage of 100 % has a soak time of 48 hours', () => {
  expect(STAGES.map(({ percent }) => percent)).toEqual([0, 10, 25, 50, 100]);
  expect(STAGES.at(-1)?.soakHours).toBe(48);
});

test('a share between two stages belongs to the lower stage, and its next stage is the higher stage', () => {
  expect(stageOf(30).percent).toBe(25);
  expect(nextStage(30)?.percent).toBe(50);
  expect(nextStage(100)).toBeUndefined();
});

test('without obstacles the next step goes to the next stage', () => {
  expect(nextStep(situation())).toEqual({ to: 50, obstacles: [] });
});

test.each<[string, Partial<Situation> & { item?: Parameters<typeof rolloutItem>[0] }, string]>([
  ['an alarm is on', { alarmsOn: ['x'] }, 'alarm'],
  ['no alarm would roll back', { isWatched: false }, 'unwatched'],
  ['the soak time is not over', { item: { since: NOW - 4 * HOUR_MS + 1 } }, 'soak'],
  ['the kill switch is on', { useEventDriven: false }, 'kill-switch'],
  ['the start time of the stage is unknown', { stored: untouched, initialPercent: 25 }, 'unrecorded'],
  ['no probe has come back at 0 %', { item: { percent: 0 }, probeReturned: false }, 'probe'],
])('the next step is refused while %s', (_, more, code) => {
  expect(codes(situation(more))).toEqual([code]);
});

test('a missing probe is an obstacle only at 0 %', () => {
  expect(codes(situation({ probeReturned: false }))).toEqual([]);
});

test('a share of 0 % without a rollout record has no soak time', () => {
  expect(nextStep(situation({ stored: untouched }))).toEqual({ to: 10, obstacles: [] });
});

test('a latched roll-back is an obstacle to every share and cannot be forced', () => {
  const latched = situation({ item: { percent: 0, latched: true }, alarmsOn: ['x'] });
  for (const to of [0, 10, 100])
    expect(obstaclesTo(to, latched)).toEqual([expect.objectContaining({ code: 'latched', canBeForced: false })]);
});

test('a step to a lower share has no obstacles', () => {
  expect(obstaclesTo(10, situation({ alarmsOn: ['x'], isWatched: false, item: { since: NOW } }))).toEqual([]);
});

test('a step that skips a stage has the obstacle "skips"', () => {
  expect(obstaclesTo(100, situation()).map(({ code }) => code)).toEqual(['skips']);
});

test('the stage of 100 % has no next stage, and its obstacle shows the remaining soak time', () => {
  const at100 = (hours: number) => nextStep(situation({ item: { percent: 100, since: NOW - hours * HOUR_MS } }));
  expect(at100(40)).toEqual({
    obstacles: [expect.objectContaining({ text: '100 % is the last stage; the soak time of this stage ends in 8 h' })],
  });
  expect(at100(48)).toEqual({ obstacles: [expect.objectContaining({ code: 'last-stage', canBeForced: false })] });
});

test('a time factor divides soak times', () => {
  expect(soakLeftMs(situation({ item: { since: NOW }, timeFactor: 3600 }))).toBe(4000);
});

test.each([
  [1, '1 s'],
  [59_000, '59 s'],
  [61_000, '2 min'],
  [HOUR_MS, '1 h'],
  [1.51 * HOUR_MS, '1.6 h'],
])('a duration of %i ms is written as %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});
