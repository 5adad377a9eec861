/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html */
import type { AwsCall } from '../services';
import type { Access } from '../iam/evaluate';
import type { Place } from '../iam/place';

/** The resource has the HTTP method for `@connections`, and the route key for `$connect`. */
export function executeApiAccess({ operation, input }: Pick<AwsCall, 'operation' | 'input'>, place: Place): Access[] {
  const { apiId, stage, method, connectionId, routeKey } = input as Record<string, string | undefined>;
  const what = operation === 'ManageConnections' ? `${method}/@connections/${connectionId}` : routeKey;
  return [{ action: `execute-api:${operation}`, resource: place.arn('execute-api', `${apiId}/${stage}/${what}`) }];
}
