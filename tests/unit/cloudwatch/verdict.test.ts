import fc from 'fast-check';
import { verdictOn, type AlarmRule } from '../../../emulator/cloudwatch/alarms/verdict';
import type { AlarmState } from '../../../emulator/observations';
import { MISSING_DATA } from '../../../emulator/specs';

const rule = (more: Partial<AlarmRule> = {}): AlarmRule => ({
  comparison: 'GreaterThanThreshold',
  threshold: 5,
  evaluationPeriods: 3,
  datapointsToAlarm: 3,
  treatMissingData: 'missing',
  ...more,
});
/** Data points as AWS draws them, the newest last: `0` is fine, `-` is missing, `X` is breaching. */
const drawn = (picture: string): (number | undefined)[] => picture.split(' ').map((each) => ({ '0': 0, X: 10 })[each]);
const STATES: Readonly<Record<string, AlarmState | undefined>> = {
  OK: 'OK',
  ALARM: 'ALARM',
  INSUFFICIENT: 'INSUFFICIENT_DATA',
  stays: undefined,
};

/** All rows of both tables, and the text, of https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html */
describe.each<[number, string, Record<(typeof MISSING_DATA)[number], string>]>([
  [3, '0 - X - X', { missing: 'OK', ignore: 'OK', breaching: 'OK', notBreaching: 'OK' }],
  [3, '0 - - - -', { missing: 'OK', ignore: 'OK', breaching: 'OK', notBreaching: 'OK' }],
  [3, '- - - - -', { missing: 'INSUFFICIENT', ignore: 'stays', breaching: 'ALARM', notBreaching: 'OK' }],
  [3, '0 X X - X', { missing: 'ALARM', ignore: 'ALARM', breaching: 'ALARM', notBreaching: 'ALARM' }],
  [3, '- - X - -', { missing: 'ALARM', ignore: 'stays', breaching: 'ALARM', notBreaching: 'OK' }],
  [3, '- - - - X', { missing: 'INSUFFICIENT', ignore: 'stays', breaching: 'ALARM', notBreaching: 'OK' }],
  [3, '- - - X -', { missing: 'INSUFFICIENT', ignore: 'stays', breaching: 'ALARM', notBreaching: 'OK' }],
  [3, 'X - - - -', { missing: 'ALARM', ignore: 'stays', breaching: 'ALARM', notBreaching: 'OK' }],
  [2, '0 - X - X', { missing: 'ALARM', ignore: 'ALARM', breaching: 'ALARM', notBreaching: 'ALARM' }],
  [2, '0 0 X 0 X', { missing: 'ALARM', ignore: 'ALARM', breaching: 'ALARM', notBreaching: 'ALARM' }],
  [2, '0 - X - -', { missing: 'OK', ignore: 'OK', breaching: 'ALARM', notBreaching: 'OK' }],
  [2, '- - - - 0', { missing: 'OK', ignore: 'OK', breaching: 'ALARM', notBreaching: 'OK' }],
  [2, '- - - X -', { missing: 'ALARM', ignore: 'stays', breaching: 'ALARM', notBreaching: 'OK' }],
])('an alarm on %i of 3 data points with the data %s', (datapointsToAlarm, picture, expected) => {
  test.each(MISSING_DATA)('has the documented state when it treats missing data as %s', (treatMissingData) => {
    const { state } = verdictOn(drawn(picture), rule({ datapointsToAlarm, treatMissingData }));
    expect(state).toBe(STATES[expected[treatMissingData]]);
  });
});

test.each([
  ['GreaterThanThreshold', [false, false, true]],
  ['GreaterThanOrEqualToThreshold', [false, true, true]],
  ['LessThanThreshold', [true, false, false]],
  ['LessThanOrEqualToThreshold', [true, true, false]],
] as const)('the comparison %s decides whether a value below, at or above the threshold breaches', (comparison, breaching) => {
  const one = rule({ comparison, evaluationPeriods: 1, datapointsToAlarm: 1 });
  expect([4, 5, 6].map((value) => verdictOn([value], one).state === 'ALARM')).toEqual(breaching);
});

test('the verdict lists the data points that it used and the number of points that it filled in', () => {
  expect(verdictOn(drawn('X - 0 - X'), rule({ treatMissingData: 'breaching' }))).toMatchObject({
    datapoints: [
      { value: 10, age: 0 },
      { value: 0, age: 2 },
      { value: 10, age: 4 },
    ],
    filled: 0,
  });
  expect(verdictOn(drawn('- - 0 - X'), rule())).toMatchObject({ datapoints: [{ age: 0 }, { age: 2 }], filled: 1 });
});

const series = fc.array(fc.option(fc.integer({ min: 0, max: 10 }), { nil: undefined }), { minLength: 5, maxLength: 7 });
const rules = fc
  .integer({ min: 1, max: 5 })
  .chain((evaluationPeriods) =>
    fc.record({ evaluationPeriods: fc.constant(evaluationPeriods), datapointsToAlarm: fc.integer({ min: 1, max: evaluationPeriods }) }),
  );

test('an alarm without missing data depends only on M of the last N data points', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 5, maxLength: 7 }),
      rules,
      fc.constantFrom(...MISSING_DATA),
      (values, numbers, treatMissingData) => {
        const { state } = verdictOn(values, rule({ ...numbers, treatMissingData }));
        const count = values.slice(-numbers.evaluationPeriods).filter((value) => value > 5).length;
        expect(state).toBe(count >= numbers.datapointsToAlarm ? 'ALARM' : 'OK');
      },
    ),
  );
});

test('a worse value never ends an alarm, and treating missing data as breaching never prevents an alarm', () => {
  const alarms = (values: readonly (number | undefined)[], more: Partial<AlarmRule>): boolean =>
    verdictOn(values, rule(more)).state === 'ALARM';
  fc.assert(
    fc.property(series, rules, fc.constantFrom(...MISSING_DATA), fc.nat(6), (values, numbers, treatMissingData, index) => {
      const before = alarms(values, { ...numbers, treatMissingData });
      const worse = values.map((value, i) => (i === index && value !== undefined ? 10 : value));
      if (before) {
        expect(alarms(worse, { ...numbers, treatMissingData })).toBe(true);
        expect(alarms(values, { ...numbers, treatMissingData: 'breaching' })).toBe(true);
      }
    }),
  );
});
