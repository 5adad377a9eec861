import { resourceRule } from '../rule';

export const alarmActions = resourceRule({
  id: 'alarm-actions',
  publicIds: ['CKV_AWS_319'],
  sentence: 'Every alarm sends a notification when it goes on and when it goes off: otherwise nobody notices the alarm.',
  remedy: 'Set alarm_actions and ok_actions; do not set actions_enabled to false.',
  types: ['aws_cloudwatch_metric_alarm', 'aws_cloudwatch_composite_alarm'],
  check: (alarm) => {
    const problems = ['alarm_actions', 'ok_actions'].filter((list) => !alarm.has(list) || alarm.texts(list).length === 0);
    const disabled = alarm.has('actions_enabled') && !alarm.flag('actions_enabled');
    return [...problems.map((list) => `${list} is not set`), ...(disabled ? ['actions_enabled is false'] : [])];
  },
});
