import { GatewayBootError } from '../gateway-boot-error';
import type { WebSocketApiSpec, WebSocketRouteSpec } from '../../specs';

const EXPRESSION = /^\$\{?request\.body\.([\w-]+(?:\.[\w-]+)*)\}?$/;

/** Chooses the route of a message. https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html */
export class RouteSelection {
  private readonly path: readonly string[];
  private readonly byKey: ReadonlyMap<string, WebSocketRouteSpec>;

  /** @throws GatewayBootError for an expression of another form than `$request.body.FIELD` */
  constructor({ address, routeSelectionExpression, routes }: WebSocketApiSpec) {
    const [, path] = EXPRESSION.exec(routeSelectionExpression) ?? [];
    if (path === undefined) {
      throw new GatewayBootError(
        `${address}.route_selection_expression is "${routeSelectionExpression}": the local gateway knows $request.body.FIELD`,
      );
    }
    this.path = path.split('.');
    this.byKey = new Map(routes.map((route) => [route.routeKey, route]));
  }

  /** `$connect` or `$disconnect`; both are optional. */
  lifecycle(routeKey: '$connect' | '$disconnect'): WebSocketRouteSpec | undefined {
    return this.byKey.get(routeKey);
  }

  /** The route that a message names, else `$default`, else none. A message that is not JSON names no route. */
  forMessage(text: string): WebSocketRouteSpec | undefined {
    const named = this.named(text);
    // A message cannot name the three predefined keys.
    const route = named === undefined || named.startsWith('$') ? undefined : this.byKey.get(named);
    return route ?? this.byKey.get('$default');
  }

  private named(text: string): string | undefined {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return undefined;
    }
    for (const key of this.path) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
      value = (value as Record<string, unknown>)[key];
    }
    return typeof value === 'string' ? value : undefined;
  }
}
