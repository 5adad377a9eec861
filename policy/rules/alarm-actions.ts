import { resourceRule } from '../rule';

export const alarmActions = resourceRule({
  id: 'alarm-actions',
  publicIds: ['CKV_AWS_319'],
  sentence: 'An alarm tells somebody when it fires and when it is over: one that nobody hears is decoration.',
  remedy: 'Set alarm_actions and ok_actions; leave actions_enabled alone.',
  types: ['aws_cloudwatch_metric_alarm', 'aws_cloudwatch_composite_alarm'],
  check: (alarm) => {
    const problems = ['alarm_actions', 'ok_actions'].filter((list) => !alarm.has(list) || alarm.texts(list).length === 0);
    const disabled = alarm.has('actions_enabled') && !alarm.flag('actions_enabled');
    return [...problems.map((list) => `${list} is not set`), ...(disabled ? ['actions_enabled is false'] : [])];
  },
});
