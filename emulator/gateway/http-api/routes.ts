import { GatewayBootError } from '../gateway-boot-error';
import type { HttpApiSpec } from '../../specs';

export type HttpRoute = HttpApiSpec['routes'][number];

/** `GET /health`, `ANY /health`; no `{parameters}`. */
const EXACT = /^([A-Z]+) (\/[^{}]*)$/;

/**
 * Chooses a route: the exact method and path, then `ANY` on the path, then `$default`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export class HttpRoutes {
  private readonly byKey: ReadonlyMap<string, HttpRoute>;

  /** @throws GatewayBootError for a kind of route or stage that the edge cannot serve */
  constructor({ address, stageName, routes }: HttpApiSpec) {
    if (stageName !== '$default') {
      throw new GatewayBootError(
        `${address}: its stage is "${stageName}", which AWS puts in front of each path; the local edge serves "$default" only`,
      );
    }
    for (const route of routes) {
      if (route.routeKey === '$default' || EXACT.test(route.routeKey)) continue;
      throw new GatewayBootError(
        `${route.address}.route_key is "${route.routeKey}": the local edge knows "$default" and "METHOD /exact/path"`,
      );
    }
    this.byKey = new Map(routes.map((route) => [route.routeKey, route]));
  }

  find(method: string, path: string): HttpRoute | undefined {
    return this.byKey.get(`${method} ${path}`) ?? this.byKey.get(`ANY ${path}`) ?? this.byKey.get('$default');
  }
}

/** The source ARN that an `aws_lambda_permission` for this route must match. */
export function sourceArnOf({ executionArn, stageName }: HttpApiSpec, { routeKey }: HttpRoute): string {
  const [, method, path] = EXACT.exec(routeKey) ?? [];
  return `${executionArn}/${stageName}/${method === undefined ? routeKey : `${method.replace('ANY', '*')}${path ?? ''}`}`;
}
