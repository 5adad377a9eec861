import type { Limits } from '../../limits';
import type { LambdaIntegrationSpec, WebSocketApiSpec, WebSocketRouteSpec } from '../../specs';
import { invokeIntegration, type IntegrationResult, type InvocationServices } from '../invoke-integration';
import type { RequestContext } from './connection-context';
import { isStatus, MockIntegration } from './mock-integration';
import type { WebSocketObserver } from './web-socket-activity';

/** The result of a route's integration. */
export type RouteOutcome =
  | {
      readonly kind: 'response';
      readonly statusCode: number;
      readonly body?: string;
      readonly headers: Readonly<Record<string, unknown>>;
    }
  /** `status` is for a refused handshake, `message` for a connected client. */
  | { readonly kind: 'failed'; readonly status: 500 | 502 | 504; readonly message: string };

export interface RouteIntegrationsOptions extends InvocationServices {
  readonly api: WebSocketApiSpec;
  readonly limits: Limits['webSocket'];
  /** Awaited before a MOCK integration answers; used to add latency. */
  readonly beforeMock?: () => Promise<void>;
  readonly observe: WebSocketObserver;
}

/** Runs the integrations of one API's routes. */
export class RouteIntegrations {
  private readonly mocks = new Map<WebSocketRouteSpec, MockIntegration>();

  /** @throws GatewayBootError for a MOCK integration that cannot be run */
  constructor(private readonly options: RouteIntegrationsOptions) {
    for (const route of options.api.routes) {
      if (route.integration.kind === 'mock') this.mocks.set(route, new MockIntegration(route.integration));
    }
  }

  async run(route: WebSocketRouteSpec, event: unknown, context: RequestContext): Promise<RouteOutcome> {
    const { integration } = route;
    if (integration.kind === 'lambda') return this.observed(await this.invoke(route, integration, event));
    await this.options.beforeMock?.();
    const answer = this.mocks.get(route)?.answer(context);
    if (!answer) return internalError(500);
    return { kind: 'response', ...answer, headers: {} };
  }

  private invoke(route: WebSocketRouteSpec, integration: LambdaIntegrationSpec, event: unknown): Promise<IntegrationResult> {
    const { api, limits, observe } = this.options;
    const startedAt = performance.now();
    return invokeIntegration(this.options, {
      address: integration.address,
      functionArn: integration.functionArn,
      sourceArn: `${api.executionArn}/${api.stageName}/${route.routeKey}`,
      timeoutMs: Math.min(integration.timeoutMs, limits.integrationTimeoutMs),
      origin: 'inside',
      event,
    }).finally(() => observe('IntegrationLatency', performance.now() - startedAt));
  }

  /** AWS counts errors in an integration's answer and errors of its call apart. AWS does not say where a function that throws counts. */
  private observed(result: IntegrationResult): RouteOutcome {
    const outcome = lambdaOutcome(result);
    if (result.kind !== 'ok' && result.kind !== 'error') this.options.observe('ExecutionError');
    else if (outcome.kind === 'failed' || outcome.statusCode >= 400) this.options.observe('IntegrationError');
    return outcome;
  }
}

const internalError = (status: 500 | 502): RouteOutcome => ({
  kind: 'failed',
  status,
  message: 'Internal server error',
});

/**
 * The statuses are those that users report from AWS, and those of REST APIs: 502 for a function that fails or returns no
 * `statusCode` (michalkvasnicak/aws-lambda-graphql#107), 504 for a time-out, 500 where it could not be invoked.
 */
function lambdaOutcome(result: IntegrationResult): RouteOutcome {
  switch (result.kind) {
    case 'ok':
      return proxyResponse(result.payload);
    case 'error':
      return internalError(502);
    case 'timeout':
      return { kind: 'failed', status: 504, message: 'Endpoint request timed out' };
    case 'throttled':
    case 'forbidden':
      return internalError(500);
  }
}

function proxyResponse(payload: unknown): RouteOutcome {
  const { statusCode, body, headers } = (payload ?? {}) as Record<string, unknown>;
  if (!isStatus(statusCode)) return internalError(502);
  return {
    kind: 'response',
    statusCode: Number(statusCode),
    ...(typeof body === 'string' && { body }),
    headers: typeof headers === 'object' && headers !== null ? (headers as Record<string, unknown>) : {},
  };
}
