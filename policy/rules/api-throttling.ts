import { resourceRule } from '../rule';

const LIMITS = ['throttling_rate_limit', 'throttling_burst_limit'] as const;

export const apiThrottling = resourceRule({
  id: 'api-throttling',
  sentence: 'An API has a throttle of its own: without one a flood takes the 10,000 requests a second that all APIs of the account share.',
  remedy: 'Set default_route_settings.throttling_rate_limit and throttling_burst_limit (throttling in the environment).',
  types: ['aws_apigatewayv2_stage'],
  check: (stage) =>
    LIMITS.filter((limit) => (stage.number(`default_route_settings.${limit}`) ?? 0) <= 0).map(
      (limit) => `default_route_settings.${limit} is not set`,
    ),
});
