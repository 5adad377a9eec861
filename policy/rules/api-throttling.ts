import { resourceRule } from '../rule';

const LIMITS = ['throttling_rate_limit', 'throttling_burst_limit'] as const;

export const apiThrottling = resourceRule({
  id: 'api-throttling',
  sentence:
    'Every API has its own throttle: otherwise a flood of requests uses up the 10,000 requests a second that all APIs of the account share.',
  remedy: 'Set default_route_settings.throttling_rate_limit and throttling_burst_limit (the setting throttling of the environment).',
  types: ['aws_apigatewayv2_stage'],
  check: (stage) =>
    LIMITS.filter((limit) => (stage.optionalNumber(`default_route_settings.${limit}`) ?? 0) <= 0).map(
      (limit) => `default_route_settings.${limit} is not set`,
    ),
});
