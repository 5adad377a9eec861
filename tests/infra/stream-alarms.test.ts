import { environments, functionsOf } from '../../environments';
import { valueIn } from '../support/alarm-value';
import { stackOf, synthesizeStack } from '../support/infra-stack';
import { metricsOfAlarms } from '../support/watched-metrics';

/** The environment dev judges 10 cut streams a minute or more. The alarm goes on above 0 in three of five minutes. */
describe('the value of streams-cut', () => {
  it.each([
    ['is the number of cut streams above 5 % of the requests', { requests: 200, cut: 30 }, 20],
    ['is the number of cut streams in a minute without new requests', { cut: 30 }, 30],
    ['is not above 0 if one of twenty streams is cut', { requests: 200, cut: 10 }, 0],
    ['is 0 if few streams are cut, as by one closed laptop, however large their share is', { requests: 9, cut: 9 }, 0],
    ['is 0 if no stream is cut', { requests: 200 }, 0],
  ])('%s', (_, period, value) => expect(valueIn('streams-cut', period)).toBe(value));
});

describe('the value of stream-errors', () => {
  it.each([
    ['is 0 if every error is a stream that was cut', { errors: 5, cut: 3, late: 2 }, 0],
    ['is the number of other errors', { errors: 5, cut: 3 }, 2],
    ['is 0 without errors', {}, 0],
  ])('%s', (_, period, value) => expect(valueIn('stream-errors', period)).toBe(value));
});

describe.each([
  ['streams-idle', 'StreamIdle'],
  ['streams-slow', 'StreamSlow'],
])('the alarm %s', (id, metric) => {
  it.each(['dev', 'local'] as const)('is on in %s when more streams than the minimum end so in two of three times five minutes', (name) => {
    expect(stackOf(name).resource(`aws_cloudwatch_metric_alarm.${id}`)).toMatchObject({
      metric_name: metric,
      dimensions: { service: 'stream-request' },
      statistic: 'Sum',
      comparison_operator: 'GreaterThanThreshold',
      threshold: environments[name].alarms.minimumRequests,
      period: 300,
      datapoints_to_alarm: 2,
      evaluation_periods: 3,
    });
  });
});

describe('the alarms of streams', () => {
  it('start no rollback, because a stream depends on agent, local service and visitor, and polling cannot stream', () => {
    const { alarm_rule: rule } = stackOf('dev').resource('aws_cloudwatch_composite_alarm.rollback');
    expect(rule).not.toMatch(/streams?-(errors|cut|idle|slow)/);
  });
});

/** An alarm can read ten metrics, and an environment can have eleven functions. */
describe('an environment with a streaming door and a function that answers hellos', () => {
  const stack = synthesizeStack({ ...environments.dev, wakeHello: 'function' });
  const watchedBy = (id: string): unknown[] =>
    metricsOfAlarms(stack)
      .filter(({ by }) => by === `aws_cloudwatch_metric_alarm.${id}`)
      .map(({ dimensions }) => dimensions['FunctionName']);

  it.each(['throttles', 'function-duration'])('watches every function but roll-back in %s, and stays within the limit', (id) => {
    const others = functionsOf({ ...environments.dev, wakeHello: 'function' }).filter((name) => name !== 'roll-back');
    expect(watchedBy(id)).toEqual(others.map((name) => `\${aws_lambda_function.${name}.function_name}`));
    expect(others).toHaveLength(10);
  });

  it('watches the throttles and errors of roll-back in roll-back-failing', () => {
    const read = metricsOfAlarms(stack).filter(({ by }) => by.endsWith('.roll-back-failing'));
    expect(read.map(({ name }) => name)).toEqual(expect.arrayContaining(['Errors', 'Throttles']));
  });
});
