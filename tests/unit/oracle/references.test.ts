import { resourcesIn } from '../../../emulator/terraform/stack';
import { dependentsOf } from '../../../oracle/references';
import { stackOf } from '../../support/infra-stack';

const RESOURCES = resourcesIn({
  resource: {
    aws_cloudwatch_composite_alarm: { rollback: { alarm_name: 'rollback' }, 'rollback-two': { alarm_name: 'two' } },
    aws_lambda_permission: { rollback: { source_arn: '${aws_cloudwatch_composite_alarm.rollback.arn}' } },
    aws_lambda_function_event_invoke_config: { outcome: { depends_on: ['aws_lambda_permission.rollback'] } },
    aws_sns_topic: { alarms: { name: 'about aws_cloudwatch_composite_alarm.rollback-two and others' } },
  },
});

test('resources that refer to a missing one are found, by expression, by depends_on, and through each other', () => {
  expect([...dependentsOf(['aws_cloudwatch_composite_alarm.rollback'], RESOURCES)]).toEqual([
    ['aws_lambda_permission.rollback', 'aws_cloudwatch_composite_alarm.rollback'],
    ['aws_lambda_function_event_invoke_config.outcome', 'aws_lambda_permission.rollback'],
  ]);
});

test('an address that only begins like a missing one is no reference to it', () => {
  expect(dependentsOf(['aws_cloudwatch_composite_alarm.roll'], RESOURCES).size).toBe(0);
});

test('without the composite alarm, dev lacks only the permission for this alarm, and the dashboard that shows it', () => {
  const resources = resourcesIn(JSON.parse(stackOf('dev').text) as { resource: unknown });
  expect([...dependentsOf(['aws_cloudwatch_composite_alarm.rollback'], resources).keys()].sort()).toEqual([
    'aws_cloudwatch_dashboard.dashboard',
    'aws_lambda_permission.rollback-permission',
  ]);
});
