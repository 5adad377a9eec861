import type { Limits } from '../../limits';
import type { LambdaIntegrationSpec, MockIntegrationSpec, WebSocketApiSpec, WebSocketRouteSpec } from '../../specs';
import { GatewayBootError } from '../gateway-boot-error';
import { invokeIntegration, type IntegrationResult, type InvocationServices } from '../invoke-integration';
import type { RequestContext } from './connection-context';
import { MockTemplate } from './mock-template';
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

interface MockIntegration {
  readonly request: MockTemplate;
  readonly response?: MockTemplate;
}

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

  /** @throws GatewayBootError for a MOCK template that cannot be rendered */
  constructor(private readonly options: RouteIntegrationsOptions) {
    for (const route of options.api.routes) {
      if (route.integration.kind === 'mock') this.mocks.set(route, mockIntegration(route.integration));
    }
  }

  async run(route: WebSocketRouteSpec, event: unknown, context: RequestContext): Promise<RouteOutcome> {
    const { integration } = route;
    if (integration.kind === 'lambda') return this.observed(await this.invoke(route, integration, event));
    await this.options.beforeMock?.();
    const mock = this.mocks.get(route);
    const statusCode = mock && statusIn(mock.request.render(context));
    if (statusCode === undefined) return internalError(500);
    return { kind: 'response', statusCode, body: mock?.response?.render(context), headers: {} };
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

const isStatus = (value: unknown): boolean => (typeof value === 'number' || typeof value === 'string') && /^[1-5]\d\d$/.test(String(value));

function mockIntegration({ address, requestTemplate, responseTemplate }: MockIntegrationSpec): MockIntegration {
  const request = new MockTemplate(requestTemplate, address);
  // The template must be JSON before variables are replaced. So variables must be inside strings, as on AWS.
  if (statusIn(requestTemplate) === undefined) {
    throw new GatewayBootError(`${address}: its request template must yield {"statusCode": 200}, but it is ${requestTemplate || 'empty'}`);
  }
  return {
    request,
    ...(responseTemplate !== undefined && { response: new MockTemplate(responseTemplate, address) }),
  };
}

function statusIn(text: string): number | undefined {
  try {
    const { statusCode } = JSON.parse(text) as { statusCode?: unknown };
    return isStatus(statusCode) ? Number(statusCode) : undefined;
  } catch {
    return undefined;
  }
}
