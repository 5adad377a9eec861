import { resourceRule, unless } from '../rule';

export const alarmRunbook = resourceRule({
  id: 'alarm-runbook',
  sentence: 'An alarm says what to do: its description links the runbook that whoever is woken will need.',
  remedy: 'Put the address of its file in docs/runbooks into alarm_description.',
  types: ['aws_cloudwatch_metric_alarm', 'aws_cloudwatch_composite_alarm'],
  check: (alarm) => unless(/runbooks\/[\w-]+/.test(alarm.text('alarm_description') ?? ''), 'alarm_description links no runbook'),
});
