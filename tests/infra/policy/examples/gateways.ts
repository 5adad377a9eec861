import { only, together, type Example } from './example';

const stage = (values: Record<string, unknown>) => only('aws_apigatewayv2_stage', { api_id: 'it', name: 'v1', ...values });
const connect = (authorization: Record<string, unknown>) =>
  only('aws_apigatewayv2_route', { api_id: 'it', route_key: '$connect', ...authorization });
const mock = only('aws_apigatewayv2_integration', { api_id: 'it', integration_type: 'MOCK' });
const mockResponse = (key: string) =>
  only('aws_apigatewayv2_integration_response', {
    api_id: 'it',
    integration_id: '${aws_apigatewayv2_integration.it.id}',
    integration_response_key: key,
  });
const tagged = (tags: Record<string, string>) => ({
  provider: { aws: [{ region: 'us-east-1', default_tags: [{ tags }] }] },
});

export const gateways: Record<string, Example> = {
  'api-access-logs': {
    holds: stage({
      access_log_settings: {
        destination_arn: 'arn:aws:logs:us-east-1:111122223333:log-group:it',
        format: '$context.requestId',
      },
    }),
    violated: stage({}),
    problem: 'access_log_settings is not set',
  },
  'api-throttling': {
    holds: stage({ default_route_settings: { throttling_rate_limit: 100, throttling_burst_limit: 200 } }),
    violated: stage({ default_route_settings: { throttling_rate_limit: 100 } }),
    problem: 'default_route_settings.throttling_burst_limit is not set',
  },
  'websocket-connect-authorised': {
    holds: connect({ authorization_type: 'AWS_IAM' }),
    violated: connect({ authorization_type: 'NONE' }),
    problem: 'authorization_type is NONE',
  },
  'websocket-integration-response': {
    holds: together(mock, mockResponse('$default')),
    violated: together(mock, mockResponse('/200/')),
    problem: 'it has no integration response $default',
  },
  'tags-complete': {
    holds: tagged({ project: 'http-tunnel', environment: 'prod', owner: 'us' }),
    violated: tagged({ project: 'http-tunnel', environment: 'prod' }),
    problem: 'default_tags has no owner',
  },
  'tags-kept': {
    holds: only('aws_sqs_queue', { name: 'it', tags: { shift: 'night' } }),
    violated: only('aws_sqs_queue', { name: 'it', tags: { owner: 'somebody' } }),
    problem: 'the resource sets the tag owner itself',
  },
};
