import { missesOf, outcomeOf } from '../../../rehearse/outcome';
import { rollBackReport } from '../../../rehearse/report';
import type { Run } from '../../../rehearse/run';
import { SCENARIOS, type ScenarioName } from '../../../rehearse/scenarios';

const FAULT_AT = 1_000_000;
const nobody = { 'event-driven': 0, polling: 0 };

/** A run in which everything went as it should. */
function good(name: ScenarioName, changes: Partial<Run> = {}): Run {
  return {
    scenario: SCENARIOS.find((scenario) => scenario.name === name) as Run['scenario'],
    timeFactor: 10,
    faultAt: FAULT_AT,
    tooEarly: false,
    alarmAt: FAULT_AT + 9_040,
    ownAlarmAt: FAULT_AT + 9_040,
    rolledBackAt: FAULT_AT + 9_500,
    allPollingAt: FAULT_AT + 10_200,
    seen: { asked: 300, answered: 300, errors: 0, errorKinds: {}, lost: 0 },
    unfinished: 0,
    inFlight: { 'event-driven': 3, polling: 5 },
    stillOpen: 0,
    struck: 40,
    history: [
      { at: FAULT_AT + 9_040, name: 'http-tunnel-local-event-driven-error-rate', from: 'OK', to: 'ALARM', reason: 'three of four' },
    ],
    mending: undefined,
    ...changes,
  };
}
const nothingHappened = { alarmAt: undefined, ownAlarmAt: undefined, rolledBackAt: undefined, allPollingAt: undefined, history: [] };

test('an outcome counts seconds from the fault, and has null for an event that did not happen', () => {
  expect(outcomeOf(good('wake-posts-fail'))).toEqual({
    scenario: 'wake-posts-fail',
    secondsToAlarm: 9,
    secondsToRollback: 9.5,
    secondsToAllPolling: 10.2,
    visitorErrors: 0,
    lost: 0,
    unfinished: 0,
    timeFactor: 10,
  });
  expect(outcomeOf(good('false-alarm', nothingHappened))).toMatchObject({
    secondsToAlarm: null,
    secondsToRollback: null,
    secondsToAllPolling: null,
  });
});

test('a successful run has no missed targets', () => {
  expect(missesOf(good('wake-posts-fail'))).toEqual([]);
  expect(missesOf(good('false-alarm', nothingHappened))).toEqual([]);
});

test.each<[string, Partial<Run>, RegExp]>([
  ['a missing roll-back', { rolledBackAt: undefined, allPollingAt: undefined }, /no roll-back within 300 s \/ 10 = 30\.0 s/],
  ['a roll-back later than five minutes divided by the time factor', { rolledBackAt: FAULT_AT + 30_001 }, /no roll-back within/],
  ['requests that stay event-driven after the roll-back', { allPollingAt: FAULT_AT + 31_000 }, /not all polled/],
  ['an alarm that did not detect its fault', { ownAlarmAt: undefined }, /the alarm event-driven-error-rate did not detect the fault/],
  [
    'visitors who saw an error',
    { seen: { asked: 9, answered: 9, errors: 2, errorKinds: { '504 deadline_exceeded': 2 }, lost: 0 } },
    /2 visitors saw an error \(2 × 504 deadline_exceeded\)/,
  ],
  ['lost answers', { seen: { asked: 9, answered: 9, errors: 0, errorKinds: {}, lost: 1 } }, /1 answers were lost/],
  ['requests that do not finish', { unfinished: 3 }, /3 requests did not finish/],
  [
    'requests in flight that do not end after the roll-back',
    { stillOpen: 1 },
    /1 requests that were in flight at the roll-back did not end/,
  ],
  ['a fault that struck nothing', { struck: 0 }, /the fault was applied to nothing/],
  ['a share that changed before the fault', { tooEarly: true }, /before the fault began/],
])('missesOf() reports %s', (_, changes, miss) => {
  const misses = missesOf(good('wake-posts-fail', changes));
  expect(misses).toHaveLength(1);
  expect(misses[0]).toMatch(miss);
});

test.each(['false-alarm', 'silent-agent', 'slow-service', 'hostile-tenant'] as const)(
  'a roll-back in the scenario %s is a missed target, however often the fault struck',
  (name) => {
    expect(missesOf(good(name, { ...nothingHappened, struck: 12 }))).toEqual([]);
    expect(missesOf(good(name, { struck: 1 }))).toEqual([
      `${name}: the rollout was rolled back, although this fault must not cause a roll-back`,
    ]);
  },
);

test('a tenant who got fewer event-driven requests than the old triggers needed is a missed target', () => {
  expect(missesOf(good('silent-agent', { ...nothingHappened, struck: 11 }))).toEqual([
    'silent-agent: the fault struck 11 times, which is less than 12',
  ]);
});

test('a run of the scenario mend reports each expected result that is missing', () => {
  const mended = { refusedWhileLatched: true, percent: 10, after: { 'event-driven': 9, polling: 81 }, rolledBackAgain: false };
  expect(missesOf(good('mend', { mending: mended }))).toEqual([]);
  expect(missesOf(good('mend'))).toEqual(['mend: the rollout was not resumed, because there was no roll-back']);
  expect(
    missesOf(good('mend', { mending: { refusedWhileLatched: false, percent: 0, after: nobody, rolledBackAgain: true } })),
  ).toHaveLength(4);
});

test('the report has a row for each scenario, its alarms and the missed targets', () => {
  const runs = [good('wake-posts-fail'), good('false-alarm', nothingHappened)];
  const report = rollBackReport(runs, ['wake-posts-fail: something']);
  expect(report).toMatch(/^wake-posts-fail +9\.0 s +9\.5 s +10\.2 s +300 +0 +0 +0 +3 \+ 5$/m);
  expect(report).toMatch(/^false-alarm +- +- +- /m);
  expect(report).toContain('9.0 s  http-tunnel-local-event-driven-error-rate ALARM: three of four');
  expect(report).toContain('Missed:\n  wake-posts-fail: something');
  expect(rollBackReport(runs, [])).toContain('Every target was met.');
});
