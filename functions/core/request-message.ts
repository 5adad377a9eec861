import { encodeMessage, fitsOneMessage, MAX_MESSAGE_BYTES, type HttpRequestMessage, type StreamTerms } from '../../protocol';
import type { RequestBodies } from './request-bodies';
import { TunnelError } from './tunnel-error';
import { insideView } from './inside-view';
import type { Route, VisitorRequest } from './visitor-request';

/** The input for an agent's message about a visitor's request. */
export interface Sending {
  readonly requestId: string;
  readonly request: VisitorRequest;
  readonly route: Route;
  /** In ms since the epoch. */
  readonly deadline: number;
  /** Stores a body that does not fit the message; `undefined` for agents that cannot fetch bodies from there. */
  readonly bodies: RequestBodies | undefined;
  /** Undefined for a request that has a row. */
  readonly ticket: string | undefined;
  /** How the answer may be streamed; undefined if it has to come whole. */
  readonly stream: StreamTerms | undefined;
}

/**
 * Returns the message for the agent. The body is in the message if it fits, else in the body store.
 * @throws TunnelError `request_too_large`
 */
export async function requestMessage({ requestId, request, route, deadline, bodies, ticket, stream }: Sending): Promise<string> {
  const { body, method, arrivedAt } = request;
  const message: HttpRequestMessage = {
    type: 'http_request',
    request_id: requestId,
    method,
    uri: route.uri,
    headers: insideView(request, route),
    body: '',
    timestamp: arrivedAt,
    deadline,
    ...(ticket !== undefined && { ticket }),
    ...(stream && { stream }),
  };
  const whole = body.length < MAX_MESSAGE_BYTES && encodeMessage({ ...message, body: Buffer.from(body).toString('base64') });
  if (whole && fitsOneMessage(whole)) return whole;
  if (!bodies || body.length === 0) throw new TunnelError('request_too_large');
  const text = encodeMessage({ ...message, body_ref: await bodies.lend(body, deadline) });
  if (!fitsOneMessage(text)) throw new TunnelError('request_too_large');
  return text;
}
