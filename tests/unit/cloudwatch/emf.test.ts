import { emfMetrics } from '../../../emulator/cloudwatch/sources/emf-metrics';
import { parseEmf } from '../../../emulator/cloudwatch/metrics/emf';
import { MetricStore } from '../../../emulator/cloudwatch/metrics/metric-store';

const AT = 1_795_000_000_000;

/** A log line in the form that Powertools writes. */
const line = (directive: object, members: object = {}): string =>
  JSON.stringify({
    _aws: {
      Timestamp: AT,
      CloudWatchMetrics: [{ Namespace: 'Test', Dimensions: [['service']], Metrics: [{ Name: 'Requests', Unit: 'Count' }], ...directive }],
    },
    service: 'visit',
    cohort: 'polling',
    mode: 'bus',
    Requests: 1,
    ...members,
  });

test('a metric yields a value for each dimension set and each element of an array', () => {
  const parsed = parseEmf(
    line(
      {
        Dimensions: [
          ['service', 'cohort'],
          ['service', 'cohort', 'mode'],
        ],
      },
      { Requests: [1, 2] },
    ),
  );
  const datum = { namespace: 'Test', name: 'Requests', unit: 'Count', highResolution: false, at: AT };
  const byCohort = { service: 'visit', cohort: 'polling' };
  expect(parsed).toEqual({
    problems: [],
    data: [
      { ...datum, dimensions: byCohort, value: 1 },
      { ...datum, dimensions: byCohort, value: 2 },
      { ...datum, dimensions: { ...byCohort, mode: 'bus' }, value: 1 },
      { ...datum, dimensions: { ...byCohort, mode: 'bus' }, value: 2 },
    ],
  });
});

test.each([[[]], [[[]]]])('a metric with the Dimensions %j has no dimensions', (Dimensions) => {
  expect(parseEmf(line({ Dimensions }))?.data).toMatchObject([{ dimensions: {}, value: 1 }]);
});

test('StorageResolution 1 means high resolution, and a metric without a unit has the unit None', () => {
  const parsed = parseEmf(line({ Metrics: [{ Name: 'Requests', StorageResolution: 1 }] }));
  expect(parsed?.data).toMatchObject([{ highResolution: true, unit: 'None' }]);
});

test.each([
  ['text', 'RequestId: 1 _aws'],
  ['other JSON', '{"message":"no \\"_aws\\" here"}'],
  ['broken JSON', '{"_aws":'],
  ['JSON after a prefix', `INFO ${line({})}`],
])('%s is not read as metrics', (_, text) => {
  expect(parseEmf(text)).toBeUndefined();
});

test('an object without metric directives has no metrics and no problems', () => {
  expect(parseEmf('{"_aws":{"Timestamp":1}}')).toEqual({ data: [], problems: [] });
});

test.each<[string, string, string]>([
  ['a missing time', line({}).replace(`"Timestamp":${AT},`, ''), 'Timestamp'],
  ['a missing namespace', line({ Namespace: '' }), 'Namespace'],
  ['dimensions that are not an array', line({ Dimensions: 'service' }), 'Dimensions'],
  ['a dimension without a value', line({ Dimensions: [['source']] }), 'the dimension "source"'],
  ['a dimension that is a number', line({}, { service: 7 }), 'the dimension "service"'],
  ['a metric without a value', line({ Metrics: [{ Name: 'Errors' }] }), 'Errors'],
  ['a metric that is a string', line({}, { Requests: '1' }), 'Requests'],
  ['an array of 101 values', line({}, { Requests: Array.from({ length: 101 }, () => 1) }), 'Requests'],
  ['an unknown storage resolution', line({ Metrics: [{ Name: 'Requests', StorageResolution: 10 }] }), 'StorageResolution'],
])('%s yields no metric, and a problem with the reason', (_, text, reason) => {
  const parsed = parseEmf(text);
  expect(parsed?.data).toEqual([]);
  expect(parsed?.problems.join()).toContain(reason);
});

test('a line with valid and invalid parts yields its valid metrics and its problems', () => {
  const parsed = parseEmf(line({ Dimensions: [['service'], ['source']], Metrics: [{ Name: 'Requests' }, { Name: 'Errors' }] }));
  expect(parsed?.data).toMatchObject([{ name: 'Requests', dimensions: { service: 'visit' } }]);
  expect(parsed?.problems).toHaveLength(2);
});

test('a repeated problem is reported once, and the valid metrics are still stored', () => {
  const warnings: string[] = [];
  const store = new MetricStore({ now: () => AT });
  const sink = emfMetrics(store, { warn: (text) => warnings.push(text) });
  for (let i = 0; i < 3; i++)
    sink({ at: AT, functionName: 'visit', environmentId: '', text: line({ Dimensions: [['service'], ['source']] }) });
  expect(warnings).toEqual([
    expect.stringContaining('visit logs metrics that CloudWatch would ignore: Test: the log line has no text for the dimension "source"'),
  ]);
  const found = store.read({
    namespace: 'Test',
    name: 'Requests',
    dimensions: { service: 'visit' },
    statistic: 'Sum',
    periodMs: 60_000,
    from: AT - 60_000,
    to: AT + 60_000,
  });
  expect(found.map(({ value }) => value)).toEqual([3]);
});
