/**
 * The data of a connection and its request for events (`requestContext`) and for templates (`$context`).
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 */
import { newRequestId } from '../request-id';
import { requestTime } from '../../http-edge/request-time';

/** The data that stays the same for all events of one connection. */
export interface ConnectionInfo {
  readonly connectionId: string;
  /** In ms since the epoch. */
  readonly connectedAt: number;
  readonly apiId: string;
  readonly stage: string;
  readonly domainName: string;
  readonly identity: { readonly sourceIp: string; readonly userAgent: string };
  /** The context that the Lambda authorizer returned at connect. */
  readonly authorizer?: Readonly<Record<string, string>>;
}

export interface RequestContext extends ConnectionInfo {
  readonly routeKey: string;
  readonly eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
  readonly messageDirection: 'IN';
  readonly requestId: string;
  readonly extendedRequestId: string;
  /** `24/Nov/2026:03:10:00 +0000` */
  readonly requestTime: string;
  /** In ms since the epoch. */
  readonly requestTimeEpoch: number;
  readonly messageId?: string;
  readonly disconnectStatusCode?: number;
  readonly disconnectReason?: string;
}

export function requestContext(
  connection: ConnectionInfo,
  request: Pick<RequestContext, 'routeKey' | 'eventType' | 'disconnectStatusCode' | 'disconnectReason'>,
  at: number,
): RequestContext {
  const requestId = newRequestId();
  return {
    ...request,
    messageDirection: 'IN',
    requestId,
    extendedRequestId: requestId,
    requestTime: requestTime(at),
    requestTimeEpoch: at,
    ...(request.eventType === 'MESSAGE' && { messageId: newRequestId() }),
    ...connection,
  };
}
