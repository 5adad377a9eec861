import { resourceRule } from '../rule';

export const alarmMissingData = resourceRule({
  id: 'alarm-missing-data',
  sentence: 'Every alarm states how it treats missing data: the default is the state "insufficient data", of which nobody is notified.',
  remedy: 'Set treat_missing_data; if its value is "missing", also set insufficient_data_actions.',
  types: ['aws_cloudwatch_metric_alarm'],
  check: (alarm) => {
    if (!alarm.has('treat_missing_data')) return ['treat_missing_data is not set'];
    const isTold = alarm.has('insufficient_data_actions') && alarm.texts('insufficient_data_actions').length > 0;
    return alarm.optionalText('treat_missing_data') === 'missing' && !isTold
      ? ['treat_missing_data is "missing", and insufficient_data_actions is not set']
      : [];
  },
});
