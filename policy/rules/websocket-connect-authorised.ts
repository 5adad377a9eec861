import { resourceRule, unless } from '../rule';

export const websocketConnectAuthorised = resourceRule({
  id: 'websocket-connect-authorised',
  publicIds: ['CKV_AWS_309'],
  sentence: 'Nobody opens a WebSocket without authorization: `$connect` is the only route on which API Gateway can check it.',
  remedy: 'Set authorization_type of the route $connect to AWS_IAM, or to CUSTOM with an authorizer.',
  types: ['aws_apigatewayv2_route'],
  check: (route) => {
    if (route.optionalText('route_key') !== '$connect') return [];
    const type = route.optionalText('authorization_type') ?? 'NONE';
    if (type === 'CUSTOM') return unless(route.has('authorizer_id'), 'authorization_type is CUSTOM without an authorizer');
    return unless(type === 'AWS_IAM', `authorization_type is ${type}`);
  },
});
