import { resourceRule } from '../rule';

export const alarmMissingData = resourceRule({
  id: 'alarm-missing-data',
  sentence: 'An alarm says what silence means: the default leaves it in "insufficient data", which nobody is told of.',
  remedy: 'Set treat_missing_data; where it is "missing", set insufficient_data_actions as well.',
  types: ['aws_cloudwatch_metric_alarm'],
  check: (alarm) => {
    if (!alarm.has('treat_missing_data')) return ['treat_missing_data is not set'];
    const isTold = alarm.has('insufficient_data_actions') && alarm.texts('insufficient_data_actions').length > 0;
    return alarm.text('treat_missing_data') === 'missing' && !isTold
      ? ['treat_missing_data is "missing", and insufficient_data_actions is not set']
      : [];
  },
});
