import { firstHourReport, missesOfFirstHour, ringing, type FirstHour } from '../../../rehearse/first-hour-report';
import type { AlarmTransition } from '../../../emulator/observations';

const BEGAN_AT = 1_000_000;
const transition = (changes: Partial<AlarmTransition>): AlarmTransition => ({
  at: BEGAN_AT + 30_000,
  name: 'http-tunnel-local-probe-missing',
  from: 'OK',
  to: 'ALARM',
  reason: 'no probe returned',
  ...changes,
});
const good: FirstHour = {
  timeFactor: 10,
  beganAt: BEGAN_AT,
  firstReadAt: BEGAN_AT + 72_000,
  lostProbes: 12,
  rung: [],
  next: undefined,
  seen: { asked: 100, answered: 100, errors: 0, errorKinds: {}, lost: 0 },
  unfinished: 0,
};

test('a first hour without an alarm, after which the share may leave 0 %, has no missed targets', () => {
  expect(missesOfFirstHour(good)).toEqual([]);
  expect(firstHourReport(good, [])).toContain(' 12.0 min  the mapping reads\nno alarm');
});

test.each<[string, Partial<FirstHour>, string]>([
  ['sets off an alarm, however often', { rung: [transition({}), transition({})] }, 'http-tunnel-local-probe-missing went to ALARM'],
  ['has a mapping that never reads', { firstReadAt: undefined }, 'the mapping never read the stream'],
  ['has a mapping that reads at once', { lostProbes: 1 }, 'only 1 probes were sent before the mapping read: this is no late mapping'],
  ['ends with a share that cannot grow', { next: 'an alarm is on' }, 'the share could not leave 0 % after the hour: an alarm is on'],
  ['leaves unfinished requests', { unfinished: 2 }, '2 requests did not finish'],
])('missesOfFirstHour() reports a first hour that %s', (_, changes, miss) => {
  expect(missesOfFirstHour({ ...good, ...changes })).toEqual([`first-hour: ${miss}`]);
});

test.each<[Partial<AlarmTransition>, boolean]>([
  [{ from: 'OK', to: 'ALARM' }, true],
  [{ from: 'INSUFFICIENT_DATA', to: 'ALARM' }, true],
  [{ from: 'OK', to: 'INSUFFICIENT_DATA' }, true],
  [{ from: 'INSUFFICIENT_DATA', to: 'OK' }, false],
  [{ from: 'ALARM', to: 'OK' }, false],
])('ringing() of a change %j of an alarm is %s', (change, expected) => expect(ringing(transition(change))).toBe(expected));
