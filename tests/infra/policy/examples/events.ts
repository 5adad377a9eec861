import { deniesPlainHttp, only, policy, together, type Example } from './example';

const target = (values: Record<string, unknown>) =>
  only('aws_cloudwatch_event_target', {
    rule: 'it',
    arn: 'arn:aws:lambda:us-east-1:111122223333:function:it',
    retry_policy: { maximum_retry_attempts: 2, maximum_event_age_in_seconds: 60 },
    ...values,
  });

const rule = (pattern: unknown) => only('aws_cloudwatch_event_rule', { name: 'it', event_pattern: JSON.stringify(pattern) });

const alarm = (values: Record<string, unknown>) =>
  only('aws_cloudwatch_metric_alarm', {
    alarm_name: 'it',
    comparison_operator: 'GreaterThanThreshold',
    evaluation_periods: 1,
    metric_name: 'Errors',
    namespace: 'AWS/Lambda',
    period: 60,
    statistic: 'Sum',
    threshold: 0,
    ...values,
  });

const topic = ['arn:aws:sns:us-east-1:111122223333:it'];

const topicWith = (document: string) =>
  together(only('aws_sns_topic', { name: 'it' }), only('aws_sns_topic_policy', { arn: '${aws_sns_topic.it.arn}', policy: document }));

const publishing = (Condition: Record<string, unknown>): string =>
  policy({
    Effect: 'Allow',
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Action: 'sns:Publish',
    Resource: '*',
    Condition,
  });

const ofAccount = { 'aws:SourceAccount': '111122223333' };

export const events: Record<string, Example> = {
  'rule-dead-letters': {
    holds: target({ dead_letter_config: { arn: 'arn:aws:sqs:us-east-1:111122223333:it' } }),
    violated: target({}),
    problem: 'dead_letter_config is not set',
  },
  'rule-pinned-source': {
    holds: rule({ source: ['http-tunnel'], 'detail-type': ['HttpResponseReady'] }),
    violated: rule({ source: [{ prefix: 'http' }], 'detail-type': ['HttpResponseReady'] }),
    problem: 'event_pattern does not restrict source',
  },
  'log-retention': {
    holds: only('aws_cloudwatch_log_group', { name: 'it', retention_in_days: 30 }),
    violated: only('aws_cloudwatch_log_group', { name: 'it' }),
    problem: 'retention_in_days is not set',
  },
  'alarm-actions': {
    holds: alarm({ alarm_actions: topic, ok_actions: topic }),
    violated: alarm({ alarm_actions: topic }),
    problem: 'ok_actions is not set',
  },
  'topic-tls-only': {
    holds: topicWith(deniesPlainHttp('sns:Publish')),
    violated: only('aws_sns_topic', { name: 'it' }),
    problem: 'no policy denies calls without TLS',
  },
  'topic-publishers': {
    holds: topicWith(
      publishing({
        StringEquals: ofAccount,
        ArnLike: { 'aws:SourceArn': 'arn:aws:cloudwatch:us-east-1:111122223333:alarm:it-*' },
      }),
    ),
    violated: topicWith(publishing({ StringEquals: ofAccount })),
    problem: 'allows cloudwatch.amazonaws.com to publish without the condition aws:SourceArn',
  },
  'alarm-missing-data': {
    holds: alarm({ treat_missing_data: 'notBreaching' }),
    violated: alarm({}),
    problem: 'treat_missing_data is not set',
  },
  'alarm-runbook': {
    holds: alarm({ alarm_description: 'Errors: https://example.com/docs/runbooks/errors.md' }),
    violated: alarm({ alarm_description: 'Errors' }),
    problem: 'alarm_description names no runbook',
  },
};
