import { resourceRule, unless } from '../rule';

export const alarmRunbook = resourceRule({
  id: 'alarm-runbook',
  sentence: 'The description of every alarm names its runbook, so that the person on duty knows what to do.',
  remedy: "Put the path of the alarm's runbook (a file in docs/runbooks) into alarm_description.",
  types: ['aws_cloudwatch_metric_alarm', 'aws_cloudwatch_composite_alarm'],
  check: (alarm) => unless(/runbooks\/[\w-]+/.test(alarm.optionalText('alarm_description') ?? ''), 'alarm_description names no runbook'),
});
