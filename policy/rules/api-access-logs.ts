import { resourceRule, unless } from '../rule';

export const apiAccessLogs = resourceRule({
  id: 'api-access-logs',
  publicIds: ['CKV_AWS_76'],
  sentence: 'Every API writes access logs: responses that API Gateway gives by itself are in no other log.',
  remedy: 'Set access_log_settings with a log group and a format.',
  types: ['aws_apigatewayv2_stage', 'aws_api_gateway_stage'],
  check: (stage, { expectations }) => {
    const logs = stage.has('access_log_settings.destination_arn') && stage.has('access_log_settings.format');
    return unless(!expectations.accessLogs || logs, 'access_log_settings is not set');
  },
});
