import { resourceRule, unless } from '../rule';

export const alarmMissingData = resourceRule({
  id: 'alarm-missing-data',
  sentence:
    'An alarm says what silence means: the default leaves it in "insufficient data", which nobody is told of.',
  remedy: 'Set treat_missing_data.',
  types: ['aws_cloudwatch_metric_alarm'],
  check: (alarm) => unless(alarm.has('treat_missing_data'), 'treat_missing_data is not set'),
});
