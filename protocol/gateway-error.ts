/**
 * What API Gateway itself sends to the client of a WebSocket, in place of the functions behind it:
 *
 *   {"message": "Internal server error", "connectionId":"L0SM9cOFvHcCIhw=", "requestId":"L0SM9dqFvHcCJ-g="}
 *
 * It has no `type`, and it does not say which of the client's messages it is about. The connection stays open.
 */
import * as v from 'valibot';

/** The list below shows what each kind means. `other`: a text that is not in the list. */
export type GatewayErrorKind = 'failed' | 'timed-out' | 'no-route' | 'throttled' | 'invalid' | 'other';

export interface GatewayError {
  readonly type: 'gateway_error';
  readonly kind: GatewayErrorKind;
  /** API Gateway's own words. */
  readonly text: string;
  /** The same id is in the access log of the API as `requestId`. */
  readonly requestId?: string;
}

/**
 * The texts that are known, with their sources. AWS documents few of them for WebSockets; users have reported the others. Texts
 * are compared without regard to case.
 */
const KNOWN: readonly (readonly [text: string, kind: GatewayErrorKind])[] = [
  // The function threw, was killed, was throttled, or API Gateway may not invoke it. Not documented for WebSockets:
  // https://github.com/aws-samples/simple-websockets-chat-app/issues/42, https://github.com/aws/aws-cdk/issues/18208
  ['Internal server error', 'failed'],
  // The function took longer than the 29 s of an integration. The limit is documented, the text is not:
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
  // https://github.com/aws/chalice/issues/1406, https://github.com/Kludex/mangum/issues/128
  ['Endpoint request timed out', 'timed-out'],
  // No route takes the message, and there is no $default. Not documented:
  // https://github.com/aws-samples/simple-websockets-chat-app/issues/24
  ['Forbidden', 'no-route'],
  // The rate of the account, the stage or the route is used up. "429 Too Many Requests" is documented, its form as a message is not:
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-protect.html
  ['Too Many Requests', 'throttled'],
  // The gateway responses THROTTLED and QUOTA_EXCEEDED, both 429; documented for REST APIs, where the second one has this text:
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
  ['Limit Exceeded', 'throttled'],
  // The message does not match the model of its route; the tunnel's own routes have no model. Both texts are documented, the second
  // one with `messageId` in place of `requestId`:
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-request-validation.html
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-routes-integrations.html
  ['Invalid request body', 'invalid'],
  ['Bad request body', 'invalid'],
];

const KIND_OF: ReadonlyMap<string, GatewayErrorKind> = new Map(KNOWN.map(([text, kind]) => [text.toLowerCase(), kind]));

const shape = v.object({
  message: v.string(),
  connectionId: v.string(),
  requestId: v.optional(v.string()),
  messageId: v.optional(v.string()),
});

/** Reads an error of API Gateway; undefined when `value` is not such an error. @param value parsed JSON */
export function readGatewayError(value: unknown): GatewayError | undefined {
  // A message of the protocol has a type.
  if (typeof value !== 'object' || value === null || 'type' in value) return undefined;
  const { success, output } = v.safeParse(shape, value);
  if (!success) return undefined;
  const { message: text, requestId = output.messageId } = output;
  return { type: 'gateway_error', kind: KIND_OF.get(text.toLowerCase()) ?? 'other', text, ...(requestId !== undefined && { requestId }) };
}
