import { resourceRule, unless } from '../rule';
import { ofType } from '../terraform/terraform-model';

/** API Gateway passes the answer of the other types on as it is, and needs no integration response for them. */
const NON_PROXY = ['MOCK', 'HTTP', 'AWS'];

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-responses.html */
export const websocketIntegrationResponse = resourceRule({
  id: 'websocket-integration-response',
  sentence:
    'A non-proxy integration of a WebSocket API has an integration response for every status: without one API Gateway fails the route, ' +
    'and on `$connect` nobody can connect.',
  remedy: 'Add an aws_apigatewayv2_integration_response with integration_response_key "$default" for the integration.',
  types: ['aws_apigatewayv2_integration'],
  check: (integration, { model }) => {
    if (!NON_PROXY.includes(integration.text('integration_type'))) return [];
    const responses = ofType(model, 'aws_apigatewayv2_integration_response').filter((response) =>
      integration.isMeantBy(response.optionalText('integration_id')),
    );
    if (responses.length === 0) return ['it has no integration response'];
    return unless(
      responses.some((response) => response.optionalText('integration_response_key') === '$default'),
      'it has no integration response $default',
    );
  },
});
