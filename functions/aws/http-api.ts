import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Headers } from '../../protocol';
import { encodePath, type VisitorRequest } from '../core/visitor-request';
import type { ResponseHead, VisitorResponse } from '../core/visitor-response';

/** Reads an HTTP API event. An HTTP API has decoded the path, in all its payload formats. */
export const decodedRequest = (event: APIGatewayProxyEventV2, traceHeader: string | undefined): VisitorRequest =>
  visitorRequest(event, encodePath(event.rawPath), traceHeader);

/** Reads an event of a function URL, which has the path as the visitor sent it. */
export const rawRequest = (event: APIGatewayProxyEventV2, traceHeader: string | undefined): VisitorRequest =>
  visitorRequest(event, event.rawPath, traceHeader);

/** Reads an event of payload format 2.0, in which repeated fields are joined and cookies are separate. */
function visitorRequest(event: APIGatewayProxyEventV2, path: string, traceHeader: string | undefined): VisitorRequest {
  const { http, timeEpoch } = event.requestContext;
  // The object has no prototype, because a visitor may name a field `__proto__`.
  const headers = Object.create(null) as Headers;
  for (const [name, value] of Object.entries(event.headers)) {
    if (value !== undefined) headers[name.toLowerCase()] = [value];
  }
  if (event.cookies?.length) headers['cookie'] = [event.cookies.join('; ')];
  // An HTTP API states a length of 0 for every request without a body, also where the visitor stated none (docs/limits.md). To a framework
  // the field would say that the request has a body. The agent states 0 for methods that usually have a body.
  if (!event.body) delete headers['content-length'];
  return {
    method: http.method,
    path,
    rawQuery: event.rawQueryString,
    domainName: event.requestContext.domainName,
    headers,
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    sourceIp: http.sourceIp,
    arrivedAt: timeEpoch,
    ...(traceHeader !== undefined && { traceHeader }),
  };
}

/**
 * Writes the response: cookies stay separate, other repeated fields are joined, and the body is always base64, so that it never
 * changes.
 */
export const toLambdaResponse = (response: VisitorResponse): APIGatewayProxyStructuredResultV2 => ({
  ...toMetadata(response),
  body: Buffer.from(response.body).toString('base64'),
  isBase64Encoded: true,
});

/** Status and header fields, as Lambda takes them before a body that is streamed. */
export function toMetadata({ status, headers: { 'set-cookie': cookies = [], ...rest } }: ResponseHead) {
  const headers = Object.fromEntries(Object.entries(rest).map(([name, values]) => [name, values.join(', ')]));
  return { statusCode: status, headers, cookies };
}
