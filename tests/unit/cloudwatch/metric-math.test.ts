import fc from 'fast-check';
import type { Series } from '../../../emulator/cloudwatch/math/math-value';
import { QuerySet } from '../../../emulator/cloudwatch/math/query-set';
import type { MetricQuerySpec } from '../../../emulator/specs';

type Row = readonly (number | '-')[];
const asSeries = (row: Row): Series => row.map((value) => (value === '-' ? undefined : value));
const metricQuery = (id: string): MetricQuerySpec => ({
  id,
  returnsData: false,
  metric: { namespace: 'Test', name: id, dimensions: {}, statistic: 'Sum', periodMs: 60_000 },
});

/** Computes an expression over metrics that are given as rows; `-` stands for no data. */
function compute(expression: string, metrics: Readonly<Record<string, Row>>, more: MetricQuerySpec[] = []): Row {
  const queries = [...Object.keys(metrics).map(metricQuery), ...more, { id: 'result', expression, returnsData: true }];
  const periods = Math.max(0, ...Object.values(metrics).map(({ length }) => length));
  const values = new QuerySet(queries).seriesOf('result', { periods, read: ({ name }) => asSeries(metrics[name] ?? []) });
  return values.map((value) => value ?? '-');
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html */
describe('an example of the AWS documentation', () => {
  const metric1: Row = [30, 20, 0, 0];
  const metric2: Row = [20, '-', 20, '-'];
  test.each<[string, Row]>([
    ['(metric1 < metric2)', [0, 0, 1, 0]],
    ['(metric1 >= 30)', [1, 0, 0, 0]],
    ['(metric1 > 15 AND metric2 > 15)', [1, 0, 0, 0]],
    ['(metric1 > 15 && metric2 > 15)', [1, 0, 0, 0]],
  ])('with an operator has the documented result: %s', (expression, expected) =>
    expect(compute(expression, { metric1, metric2 })).toEqual(expected),
  );

  const condition: Row = [1, 1, 0, 0, '-'];
  test.each<[string, Row]>([
    ['IF(metric1, metric2, metric3)', [30, 0, 20, '-', '-']],
    ['IF(metric1, 5, metric3)', [5, 5, 20, '-', '-']],
    ['IF(metric1, metric2, 5)', [30, 0, 5, 5, '-']],
    ['IF(metric1, metric2)', [30, 0, '-', '-', '-']],
    ['IF(metric1, 7, 8)', [7, 7, 8, 8, '-']],
    ['IF(1, metric2, metric3)', [30, '-', 0, 0, 30]],
    ['IF(0, metric2, metric3)', [0, 0, 20, '-', 20]],
    ['IF(0, metric2)', ['-', '-', '-', '-', '-']],
  ])('with IF has the documented result: %s', (expression, expected) => {
    const metrics = { metric1: condition, metric2: [30, '-', 0, 0, 30] as Row, metric3: [0, 0, 20, '-', 20] as Row };
    expect(compute(expression, metrics)).toEqual(expected);
  });
});

const M = { m1: [1, '-', 3, '-', 5] as Row, m2: [10, 20, '-', '-', 0] as Row };

test.each<[string, Row]>([
  ['m1 + m2', [11, 20, 3, '-', 5]],
  ['m1 - m2', [-9, -20, 3, '-', 5]],
  ['m1 / m2', [0.1, 0, '-', '-', '-']],
  ['m1 * 2', [2, '-', 6, '-', 10]],
  ['1 / m2', [0.1, 0.05, '-', '-', '-']],
  ['m1 / 0', ['-', '-', '-', '-', '-']],
  ['-m1', [-1, '-', -3, '-', -5]],
  ['m1 ^ 2 ^ 0', [1, '-', 3, '-', 5]],
  ['1 + 2 * m1 - 4 / 2', [1, '-', 5, '-', 9]],
  ['(1 + 2) * m1', [3, '-', 9, '-', 15]],
  ['m1 != 3', [1, '-', 0, '-', 1]],
  ['m1 == 3 OR m2 > 15', [0, 1, 1, '-', 0]],
  ['SUM([m1, m2])', [11, 20, 3, '-', 5]],
  ['AVG([m1, m2])', [5.5, 10, 1.5, '-', 2.5]],
  ['MAX([m1, m2])', [10, 20, 3, '-', 5]],
  ['MIN([m1, m2])', [1, 20, 3, '-', 0]],
  ['SUM(METRICS())', [11, 20, 3, '-', 5]],
  ['SUM(METRICS("m2"))', [10, 20, '-', '-', 0]],
  ["SUM([METRICS('m1'), METRICS('m2')])", [11, 20, 3, '-', 5]],
  ['SUM(100 / [m1, m2])', [110, 5, 100 / 3, '-', 20]],
  ['m1 - AVG(m1)', [-2, '-', 0, '-', 2]],
  ['m1 / SUM(m1)', [1 / 9, '-', 3 / 9, '-', 5 / 9]],
  ['FILL(m1, 0)', [1, 0, 3, 0, 5]],
  ['FILL(m1, m2)', [1, 20, 3, '-', 5]],
  ['FILL(m1, REPEAT)', [1, 1, 3, 3, 5]],
  ['FILL(m1, LINEAR)', [1, 2, 3, 4, 5]],
  ['FILL(m2, LINEAR)', [10, 20, 20 - 20 / 3, 20 - 40 / 3, 0]],
  ['SUM(FILL(METRICS(), 1))', [11, 21, 4, 2, 5]],
  ['FILL(m1, MIN(m1))', [1, 1, 3, 1, 5]],
  ['IF(m2 >= 10, m1 / m2, 0)', [0.1, 0, '-', '-', 0]],
])('the expression %s has the expected values and gaps', (expression, expected) => {
  const found = compute(expression, M);
  expect(found.map((value) => (value === '-' ? value : Number(value.toFixed(9))))).toEqual(
    expected.map((value) => (value === '-' ? value : Number(value.toFixed(9)))),
  );
});

test('FILL with LINEAR leaves gaps at both ends, and only FILL with a value fills an empty series', () => {
  expect(compute('FILL(m1, LINEAR)', { m1: ['-', 1, '-', 3, '-'] })).toEqual(['-', 1, 2, 3, '-']);
  expect(compute('FILL(m1, REPEAT)', { m1: ['-', '-'] })).toEqual(['-', '-']);
  expect(compute('FILL(m1, 7)', { m1: ['-', '-'] })).toEqual([7, 7]);
});

test('an expression can refer to another expression, and METRICS() contains only metrics', () => {
  const rate: MetricQuerySpec = { id: 'rate', expression: 'errors / requests', returnsData: false };
  const metrics = { errors: [1, 2] as Row, requests: [10, 10] as Row };
  expect(compute('rate * 100', metrics, [rate])).toEqual([10, 20]);
  expect(compute('SUM(METRICS())', metrics, [rate])).toEqual([11, 12]);
});

test('an intermediate result may be an array but not a number', () => {
  const filled: MetricQuerySpec = { id: 'filled', expression: 'FILL(METRICS(), 0)', returnsData: false };
  const metrics = { errors: ['-', 2] as Row, requests: [10, '-'] as Row };
  expect(compute('SUM(filled)', metrics, [filled])).toEqual([10, 2]);
  expect(() => compute('errors * sum', metrics, [{ id: 'sum', expression: 'SUM(requests)', returnsData: false }])).toThrow(
    'sum gives a number',
  );
});

test.each([
  ['m1 +', 'the expression ends too early'],
  ['(m1', 'a ")" is missing'],
  ['m1 m2', '"m2" is unexpected'],
  ['m1 $ 2', 'is not valid metric math'],
  ['m3 + 1', 'there is no query "m3"'],
  ['NOT(m1)', 'does not compute NOT'],
  ['ANOMALY_DETECTION_BAND(m1)', 'it knows METRICS, IF, FILL, SUM'],
  ['FILL(m1, SOMEHOW)', 'not with SOMEHOW'],
  ['FILL(m1)', 'FILL needs more arguments'],
  ['SUM(m1, m2)', 'SUM takes 1 arguments at most'],
  ['SUM(5)', 'not a number'],
  ['IF([m1, m2], 1, 0)', 'one time series, not an array'],
  ['[m1] + [m2]', 'one array at most'],
  ['METRICS(m1)', 'a text in quotes'],
  ['SUM(m1)', 'result gives a number'],
  ['METRICS()', 'result gives an array'],
  ['result + 1', 'refers to itself'],
])('the expression %s is refused: %s', (expression, message) => {
  expect(() => compute(expression, M)).toThrow(expect.objectContaining({ name: 'MathError', message: expect.stringContaining(message) }));
});

test('the id of a query must begin in lower case and must be unique', () => {
  expect(() => new QuerySet([metricQuery('M1')])).toThrow('must begin with a lower-case letter');
  expect(() => new QuerySet([metricQuery('m1'), metricQuery('m1')])).toThrow('the same id');
});

test('SUM, subtraction and FILL agree with addition whatever values are missing', () => {
  const row = fc.array(fc.option(fc.integer({ min: -100, max: 100 }), { nil: '-' as const }), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(row, row, row, (a, b, c) => {
      const metrics = { a, b, c };
      expect(compute('SUM(METRICS())', metrics)).toEqual(compute('a + b + c', metrics));
      expect(compute('a - b', metrics)).toEqual(compute('a + -b', metrics));
      expect(compute('FILL(a, 0) + FILL(b, 0)', metrics)).toEqual(compute('FILL(a + b, 0)', metrics));
    }),
  );
});
