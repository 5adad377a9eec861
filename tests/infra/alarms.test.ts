import { App } from 'cdktf';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { environments, functionsOf } from '../../environments';
import type { AlarmDefinition } from '../../modules/alarms/alarm-definition';
import { AWS_METRICS } from '../../modules/alarms/aws-metrics';
import { AlarmDefinitionError, MetricAlarm } from '../../modules/alarms/metric-alarm';
import { emitted, ofFunction, UnknownMetricError } from '../../modules/alarms/metric-reference';
import { NamedStack } from '../../modules/named-stack';
import { alarmCosts, mathOf, timingsOf } from '../support/alarm-timing';
import { valueIn } from '../support/alarm-value';
import { environmentNames, inTemporaryDirectory, InfraStack, prodWithDoor, stackOf, synthesizeStack } from '../support/infra-stack';
import { metricsOfAlarms, metricsOfDashboard, unknownMetrics, unreadAwsMetrics, unreadMetrics } from '../support/watched-metrics';

const TOPIC = '${aws_sns_topic.alarm-topic.arn}';
const ROOT = path.join(__dirname, '../..');
const operations = readFileSync(path.join(ROOT, 'docs/operations.md'), 'utf8');

const TRIGGERS = [
  'event-driven-error-rate',
  'event-driven-errors',
  'event-driven-latency',
  'delivery-failures',
  'stream-lag',
  'lost-answers',
  'probe-missing',
];

describe.each(environmentNames)('the alarms of %s', (environment) => {
  const stack = stackOf(environment);
  const alarms = stack.resources('aws_cloudwatch_metric_alarm');
  const all = [...alarms, ...stack.resources('aws_cloudwatch_composite_alarm')];

  it.each(all)(
    'include %s, which is named after its id, notifies the topic when it begins and ends, and links its runbook',
    (address, alarm) => {
      const id = address.split('.')[1] ?? '';
      expect(alarm['alarm_name']).toBe(`http-tunnel-${environment}-${id}`);
      expect(alarm['alarm_actions']).toContain(TOPIC);
      expect(alarm['ok_actions']).toEqual([TOPIC]);
      const runbook = /^[A-Z].+\. Runbook: (docs\/runbooks\/[\w-]+\.md)$/.exec(alarm['alarm_description'] as string)?.[1];
      expect(runbook).toBe(`docs/runbooks/${id}.md`);
      expect(existsSync(path.join(ROOT, runbook ?? ''))).toBe(true);
    },
  );

  it('treat missing data as no breach, except the alarm for sweep, which reports missing data', () => {
    for (const [address, alarm] of alarms) {
      const isSweep = address.endsWith('.sweep-missing');
      expect([address, alarm['treat_missing_data']]).toEqual([address, isSweep ? 'missing' : 'notBreaching']);
      expect([address, alarm['insufficient_data_actions']]).toEqual([address, isSweep ? [TOPIC] : undefined]);
    }
  });

  it('read only metrics with dimension sets that our code emits or AWS publishes', () => {
    expect(unknownMetrics(metricsOfAlarms(stack))).toEqual([]);
  });

  it('use every metric that they read in their expression, and only functions that the local cloud knows', () => {
    for (const [address, alarm] of alarms) {
      const math = mathOf(alarm);
      if (!math || math.expression.includes('METRICS()')) continue;
      const names = math.expression.match(/[A-Za-z_]\w*/g) ?? [];
      const known = ['AND', 'OR', 'NOT', 'IF', 'FILL', 'SUM', 'AVG', 'MAX', 'MIN', 'METRICS'];
      const used = [...new Set(names.filter((name) => !known.includes(name)))];
      expect([address, used.sort()]).toEqual([address, [...math.ids].sort()]);
    }
  });

  it('watch the concurrency of each function that reserves it, and of no other function', () => {
    const settings = environments[environment];
    const reserved = functionsOf(settings).filter((name) => settings.functions[name].reservedConcurrency !== null);
    const watched = metricsOfAlarms(stack).filter(({ name }) => name === 'ConcurrentExecutions');
    expect(watched).toHaveLength(reserved.length);
  });
});

describe('the rollback alarm', () => {
  const stack = stackOf('prod');
  const composite = stack.resource('aws_cloudwatch_composite_alarm.rollback');

  it('is on when any of its triggers is on', () => {
    expect(composite['alarm_rule']).toBe(TRIGGERS.map((id) => `ALARM("\${aws_cloudwatch_metric_alarm.${id}.alarm_name}")`).join(' OR '));
  });

  it('invokes roll-back when it begins and not when it ends, with a permission for this alarm and account only', () => {
    expect(composite['alarm_actions']).toEqual([TOPIC, '${aws_lambda_function.roll-back.arn}']);
    expect(composite['ok_actions']).toEqual([TOPIC]);
    expect(stack.resource('aws_lambda_permission.rollback-permission')).toEqual({
      action: 'lambda:InvokeFunction',
      function_name: '${aws_lambda_function.roll-back.function_name}',
      principal: 'lambda.alarms.cloudwatch.amazonaws.com',
      source_arn: '${aws_cloudwatch_composite_alarm.rollback.arn}',
      source_account: environments.prod.accountId,
    });
  });

  it('makes Lambda try roll-back up to three times in five minutes, and report success or failure to the topic', () => {
    expect(stack.resource('aws_lambda_function_event_invoke_config.alarm-topic-outcome')).toEqual({
      function_name: '${aws_lambda_function.roll-back.function_name}',
      maximum_retry_attempts: 2,
      maximum_event_age_in_seconds: 300,
      destination_config: { on_success: { destination: TOPIC }, on_failure: { destination: TOPIC } },
    });
  });

  /** The plan's triggers: id, threshold, period in seconds, datapoints. */
  it.each([
    ['event-driven-error-rate', 1, 30, 3, 4],
    ['event-driven-errors', 10, 60, 2, 3],
    ['event-driven-latency', 0, 30, 3, 6],
    ['delivery-failures', 0.1, 30, 2, 5],
    ['stream-lag', 5000, 30, 2, 5],
    ['stream-lag-warning', 1000, 60, 3, 5],
    ['lost-answers', 0, 60, 1, 3],
  ])('relies on the planned threshold, period and datapoints of %s', (id, threshold, period, breaching, of) => {
    const alarm = stack.resource(`aws_cloudwatch_metric_alarm.${id}`);
    expect(alarm).toMatchObject({
      comparison_operator: 'GreaterThanThreshold',
      threshold,
      datapoints_to_alarm: breaching,
      evaluation_periods: of,
    });
    const periods = metricsOfAlarms(stack).filter(({ by }) => by.endsWith(`.${id}`));
    expect(new Set(periods.map(({ periodSeconds }) => periodSeconds))).toEqual(new Set([period]));
  });

  it('ignores periods with fewer requests than the minimum of the environment', () => {
    const expressionOf = (minimumRequests: number, id: string): string | undefined => {
      const alarms = { ...environments.dev.alarms, minimumRequests };
      const changed = synthesizeStack({ ...environments.dev, alarms });
      return mathOf(changed.resource(`aws_cloudwatch_metric_alarm.${id}`))?.expression;
    };
    expect(expressionOf(123, 'event-driven-error-rate')).toBe('IF(requests >= 123, 100 * FILL(errors, 0) / requests, 0)');
    expect(expressionOf(123, 'event-driven-latency')).toContain('canary_count >= 123');
  });

  it.each(environmentNames)('in %s is on within five minutes of a fault, whichever trigger sees the fault', (name) => {
    const timings = timingsOf(stackOf(name));
    expect(timings.map(({ id }) => id)).toEqual(TRIGGERS);
    for (const { id, total } of timings) expect([id, total < 300]).toEqual([id, true]);
  });

  it('takes as long as the table in docs/operations.md says', () => {
    for (const { id, period, datapoints, breaching, delay, evaluation, total } of timingsOf(stack)) {
      const row = `| \`${id}\` | ${datapoints} × ${period} s | ${breaching} s | ${delay} s | ${evaluation} s | 15 s | **${total} s** |`;
      expect(operations).toContain(row);
    }
  });
});

/** The environment dev judges averages of 10 requests or more. */
describe('the value of event-driven-latency', () => {
  const canary = (ms: number, count = 10) => ({ canary: ms, canary_count: count });
  const control = (ms: number, count = 10) => ({ control: ms, control_count: count });

  it.each([
    ['is below 0 while the canary returns as in the benchmark', { ...canary(50), ...control(189) }, -328],
    ['is below 0 at up to 300 ms, even if polling finds its answers at once', { ...canary(269), ...control(2) }, -31],
    ['is the excess over 300 ms if twice the control is less', { ...canary(410), ...control(80) }, 110],
    ['is the excess over twice the control if that is more than 300 ms', { ...canary(410), ...control(189) }, 32],
    ['is compared with the baseline if no request polls', { ...canary(410), baseline: 189 }, 32],
    ['is compared with the baseline if too few requests poll', { ...canary(410), ...control(1, 9), baseline: 189 }, 32],
    ['is 0 in a period without control and without a baseline', canary(900), 0],
    ['is 0 if the canary has too few answers', { ...canary(900, 9), ...control(50) }, 0],
    ['is 0 in a period in which no event-driven request was answered', control(50), 0],
  ])('%s', (_, period, value) => expect(valueIn('event-driven-latency', period)).toBe(value));

  it('is computed from return times, which do not contain the time of local services', () => {
    const names = metricsOfAlarms(stackOf('prod')).filter(({ by }) => by.endsWith('.event-driven-latency'));
    expect([...new Set(names.map(({ name }) => name))].sort()).toEqual(['BaselineReturnTime', 'ReturnTime']);
  });
});

/** The environment dev judges 10 refusals a minute or more. */
describe('the value of refusals', () => {
  it.each([
    ['is the share of the visits that were refused', { visits: 1000, refused: 370 }, 37],
    ['is 100 if every visit was refused', { visits: 40, refused: 40 }, 100],
    ['is 0 if no visit was refused', { visits: 40 }, 0],
    ['is 0 if few visits were refused, as by one silent agent, however large their share is', { visits: 9, refused: 9 }, 0],
  ])('%s', (_, period, value) => expect(valueIn('refusals', period)).toBe(value));

  it.each(environmentNames)('counts in %s only errors that the visitor did not cause, and is compared with the setting', (name) => {
    const alarm = stackOf(name).resource('aws_cloudwatch_metric_alarm.refusals');
    expect(alarm).toMatchObject({ threshold: environments[name].alarms.refusedPercent, datapoints_to_alarm: 3, evaluation_periods: 5 });
    const [refused] = metricsOfAlarms(stackOf(name)).filter(({ name: metric }) => metric === 'Refusals');
    expect(refused?.dimensions).toEqual({ service: 'forward-request', cause: 'tunnel' });
  });

  it('starts no rollback, because polling would refuse the same visits', () => {
    expect(TRIGGERS).not.toContain('refusals');
    expect(stackOf('prod').resource('aws_cloudwatch_composite_alarm.rollback')['alarm_rule']).not.toContain('.refusals.');
  });
});

/** The environment dev judges 10 event-driven requests a minute or more. The alarm goes on above 5 in three of five minutes. */
describe('the value of answers-asked-for', () => {
  it.each([
    ['is the share of the event-driven requests whose answer had to be asked for', { requests: 200, asked_for: 30 }, 15],
    ['is 0 if no answer had to be asked for', { requests: 200 }, 0],
    ['is not above 5 if a few wakes are lost, as on cold sockets', { requests: 1000, asked_for: 10 }, 1],
    ['is not above 5 if one of twenty equally busy agents holds all its answers back', { requests: 200, asked_for: 10 }, 5],
    ['is 0 if there are few requests, however large the share is', { requests: 9, asked_for: 9 }, 0],
    ['is missing, which is no breach, in a minute without event-driven requests', {}, undefined],
  ])('%s', (_, period, value) => expect(valueIn('answers-asked-for', period)).toBe(value));

  it.each(environmentNames)('is computed in %s from what waiters saw, not from what agents say', (name) => {
    const metrics = metricsOfAlarms(stackOf(name)).filter(({ by }) => by.endsWith('.answers-asked-for'));
    expect(metrics.map((metric) => [metric.name, metric.dimensions, metric.statistic])).toEqual([
      ['Requests', { service: 'forward-request', cohort: 'event-driven' }, 'Sum'],
      ['AnswersAskedFor', { service: 'forward-request' }, 'Sum'],
    ]);
    expect(stackOf(name).resource('aws_cloudwatch_metric_alarm.answers-asked-for')).toMatchObject({
      comparison_operator: 'GreaterThanThreshold',
      threshold: 5,
      datapoints_to_alarm: 3,
      evaluation_periods: 5,
    });
  });

  it('starts no rollback, and no alarm reads what agents say of their answers', () => {
    const stack = stackOf('prod');
    expect(stack.resource('aws_cloudwatch_composite_alarm.rollback')['alarm_rule']).not.toContain('answers-asked-for');
    const names = metricsOfAlarms(stack).map(({ name }) => name);
    for (const said of ['RepeatedAnswer', 'UnreadableTicket']) expect(names).not.toContain(said);
  });
});

/** The alarm goes on when the value is below 1 in two of three minutes. */
describe('the value of probe-missing', () => {
  it.each([
    ['is 0 if a probe was expected and none returned', { expected: 1 }, 0],
    ['is 1 if a probe was expected and returned', { expected: 1, returned: 1 }, 1],
    ['is 1 if one of two probes returned, because the other may return in the next minute', { expected: 2, returned: 1 }, 1],
    ['is 1 if a probe returned in the grace of a new environment, in which none is expected', { returned: 1 }, 1],
    ['is missing, which is no breach, in the grace of a new environment', {}, undefined],
  ])('%s', (_, period, value) => expect(valueIn('probe-missing', period)).toBe(value));

  it('is computed from probes that sweep sent and wake-waiter received, not from runs of sweep', () => {
    const metrics = metricsOfAlarms(stackOf('prod')).filter(({ by }) => by.endsWith('.probe-missing'));
    expect(metrics.map(({ name, dimensions }) => [name, dimensions['service']])).toEqual([
      ['ProbeExpected', 'sweep'],
      ['ProbeReturned', 'wake-waiter'],
    ]);
  });
});

describe('the check of metrics', () => {
  const stack = synthesizeStack(prodWithDoor);
  const read = [...metricsOfAlarms(stack), ...metricsOfDashboard(stack)];

  it('finds no metric, of our code or of AWS, that neither an alarm nor the dashboard reads', () => {
    expect(unreadMetrics(read)).toEqual([]);
    expect(unreadAwsMetrics(read)).toEqual([]);
  });

  it('reports metrics that nothing reads', () => {
    const withoutLag = read.filter(({ name }) => name !== 'StreamLag' && name !== 'IteratorAge');
    expect(unreadMetrics(withoutLag)).toEqual(['StreamLag of process-stream by nothing else']);
    expect(unreadAwsMetrics(withoutLag)).toEqual(['AWS/Lambda IteratorAge']);
  });

  it.each([
    ['"metric_name": "StreamLag"', '"metric_name": "StreamLagg"', 'HTTPTunnel/prod StreamLagg {"service":"process-stream"}'],
    ['"service": "sweep"', '"service": "roll-back"', 'HTTPTunnel/prod Leftovers {"service":"roll-back"}'],
    ['"cohort": "polling",', '', 'HTTPTunnel/prod ReturnTime {"service":"forward-request"}'],
    ['"RuleName":', '"Rule":', 'AWS/Events InvocationsSentToDlq {"EventBusName":'],
  ])('reports metrics in alarms that nothing emits (%s)', (rightly, wrongly, found) => {
    const broken = new InfraStack(stack.text.replaceAll(rightly, wrongly));
    expect(unknownMetrics(metricsOfAlarms(broken))).toContainEqual(expect.stringContaining(found));
  });

  it('has a page of the AWS documentation as the source of each AWS metric', () => {
    for (const { source } of AWS_METRICS) expect(source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\/[\w/.-]+\.html$/);
  });

  it('rejects a metric or dimension set that is not in a table', () => {
    expect(() => emitted('StreamLag', 'sweep', 'Average')).toThrow(UnknownMetricError);
    expect(() => emitted('Requests', 'forward-request', 'Sum')).toThrow(
      'forward-request does not emit Requests with the dimensions []: use a set of functions/metric-names.ts',
    );
    expect(() => ofFunction('Mistakes', 'it')).toThrow('AWS/Lambda does not publish Mistakes with the dimensions [FunctionName]');
  });
});

describe('the definition of an invalid alarm', () => {
  const errors = ofFunction('Errors', 'it');
  const good: AlarmDefinition = {
    id: 'it',
    meaning: 'It fails',
    metrics: { errors },
    breaches: 'above',
    threshold: 0,
    periodSeconds: 60,
    datapoints: [1, 1],
    silence: 'notBreaching',
  };
  const make = (definition: AlarmDefinition): MetricAlarm =>
    inTemporaryDirectory((outdir) => new MetricAlarm(new NamedStack(new App({ outdir }), 'it'), definition, 'dev', 'arn'));
  const eleven = Object.fromEntries([...'abcdefghijk'].map((id) => [id, errors]));

  it.each<[string, Partial<AlarmDefinition>, string]>([
    ['an alarm that reads eleven metrics', { metrics: eleven, expression: 'SUM(METRICS())' }, 'reads 11 metrics, but CloudWatch allows 10'],
    [
      'an alarm that reads two metrics without an expression',
      { metrics: { a: errors, b: errors } },
      'does not read exactly one metric: give the alarm an expression',
    ],
    ['an alarm that needs more datapoints than it has periods', { datapoints: [3, 2] }, 'needs 3 breaching periods, but evaluates only 2'],
    ['an alarm on an AWS metric with a period of 30 s', { periodSeconds: 30 }, 'AWS publishes its metrics once a minute'],
  ])('throws an AlarmDefinitionError for %s', (_, change, problem) => {
    expect(() => make(good)).not.toThrow();
    expect(() => make({ ...good, ...change })).toThrow(AlarmDefinitionError);
    expect(() => make({ ...good, ...change })).toThrow(problem);
  });
});

describe('the cost of the alarms', () => {
  it('is what docs/operations.md says, computed from the metrics that the alarms read', () => {
    for (const name of ['dev', 'prod'] as const) {
      const { metrics, dollars } = alarmCosts(stackOf(name));
      const alarms = stackOf(name).resources('aws_cloudwatch_metric_alarm').length;
      expect(operations).toContain(`| \`${name}\` | ${alarms} | ${metrics} | $${dollars.toFixed(2)} |`);
    }
  });
});

describe('the alarm topic', () => {
  const stack = stackOf('prod');

  it('accepts messages only from the alarms of its environment and from roll-back, and only over TLS', () => {
    const { arn, policy } = stack.resource('aws_sns_topic_policy.alarm-topic-policy');
    const { accountId, region } = environments.prod;
    expect(arn).toBe(TOPIC);
    expect((JSON.parse(policy as string) as { Statement: unknown[] }).Statement).toEqual([
      {
        Sid: 'TlsOnly',
        Effect: 'Deny',
        Principal: '*',
        Action: 'sns:Publish',
        Resource: [TOPIC],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
      {
        Sid: 'Alarms',
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: TOPIC,
        Condition: {
          StringEquals: { 'aws:SourceAccount': accountId },
          ArnLike: { 'aws:SourceArn': `arn:aws:cloudwatch:${region}:${accountId}:alarm:http-tunnel-prod-*` },
        },
      },
      {
        Sid: 'OneRole',
        Effect: 'Deny',
        Principal: '*',
        Action: 'sns:Publish',
        Resource: TOPIC,
        Condition: {
          StringEquals: { 'aws:PrincipalAccount': accountId },
          ArnNotEquals: { 'aws:PrincipalArn': '${aws_iam_role.roll-back-role.arn}' },
        },
      },
    ]);
  });

  it('has the e-mail address of the environment as a subscription, if the environment has one', () => {
    const alarms = { ...environments.dev.alarms, notifyEmail: 'ops@example.com' };
    const subscription = 'aws_sns_topic_subscription.alarm-topic-subscription';
    expect(synthesizeStack({ ...environments.dev, alarms }).resource(subscription)).toEqual({
      topic_arn: TOPIC,
      protocol: 'email',
      endpoint: 'ops@example.com',
    });
    expect(stackOf('dev').addresses).not.toContain(subscription);
  });
});
