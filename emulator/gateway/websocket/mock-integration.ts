import type { IntegrationResponseSpec, MockIntegrationSpec } from '../../specs';
import { GatewayBootError } from '../gateway-boot-error';
import type { RequestContext } from './connection-context';
import { MockTemplate } from './mock-template';

const CATCH_ALL = '$default';

/** How an answer with a certain status leaves the gateway. */
interface MockResponse {
  /** Undefined for the catch-all. */
  readonly statuses: RegExp | undefined;
  readonly template: MockTemplate | undefined;
}

/**
 * An integration that API Gateway answers by itself: the request template yields a status, the status selects an integration response,
 * and the response's template yields the body.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-responses.html
 */
export class MockIntegration {
  private readonly request: MockTemplate;
  private readonly responses: readonly MockResponse[];

  /** @throws GatewayBootError for an integration that API Gateway or the local gateway cannot run */
  constructor({ address, requestTemplate, responses }: MockIntegrationSpec) {
    this.request = new MockTemplate(requestTemplate, address);
    // The template must be JSON before variables are replaced. So variables must be inside strings, as on AWS.
    if (statusIn(requestTemplate) === undefined) {
      throw new GatewayBootError(
        `${address}: its request template must yield {"statusCode": 200}, but it is ${requestTemplate || 'empty'}`,
      );
    }
    if (responses.length === 0) {
      throw new GatewayBootError(
        `${address} has no integration response, so API Gateway fails its route with status 500: ` +
          `add an aws_apigatewayv2_integration_response with integration_response_key = "${CATCH_ALL}"`,
      );
    }
    this.responses = responses.map(mockResponse);
  }

  /** Undefined if no integration response takes the status. */
  answer(context: RequestContext): { readonly statusCode: number; readonly body?: string } | undefined {
    const statusCode = statusIn(this.request.render(context));
    if (statusCode === undefined) return undefined;
    const matching = this.responses.find(({ statuses }) => statuses?.test(String(statusCode)));
    const response = matching ?? this.responses.find(({ statuses }) => statuses === undefined);
    return response && { statusCode, body: response.template?.render(context) };
  }
}

export const isStatus = (value: unknown): boolean =>
  (typeof value === 'number' || typeof value === 'string') && /^[1-5]\d\d$/.test(String(value));

function statusIn(text: string): number | undefined {
  try {
    const { statusCode } = JSON.parse(text) as { statusCode?: unknown };
    return isStatus(statusCode) ? Number(statusCode) : undefined;
  } catch {
    return undefined;
  }
}

function mockResponse({ address, key, template }: IntegrationResponseSpec): MockResponse {
  return {
    statuses: key === CATCH_ALL ? undefined : statusPattern(key, address),
    template: template === undefined ? undefined : new MockTemplate(template, address),
  };
}

function statusPattern(key: string, address: string): RegExp {
  const [, pattern] = /^\/(.+)\/$/.exec(key) ?? [];
  try {
    if (pattern !== undefined) return new RegExp(`^(?:${pattern})$`);
  } catch {
    // Not a regular expression: refused below.
  }
  throw new GatewayBootError(
    `${address}.integration_response_key is "${key}": it must be "${CATCH_ALL}" or a regular expression between slashes, such as "/2\\d\\d/"`,
  );
}
