/** Payload format 2.0: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { requestTime } from './request-time';
import { eventBody } from './event-body';
import { eventHeaders } from './event-headers';

export interface VisitorArrival {
  readonly method: string;
  /** As `decodePath` gives it. */
  readonly path: string;
  /** As sent, without `?`. */
  readonly query: string;
  /** `HTTP/1.1` */
  readonly protocol: string;
  readonly rawHeaders: readonly string[];
  /** As the visitor addressed it, with its port if one was given. */
  readonly host: string;
  /** The name under which the API was reached. */
  readonly domainName: string;
  readonly sourceIp: string;
  readonly port: number;
  readonly body: Buffer;
  readonly requestId: string;
  /** In ms since the epoch. */
  readonly at: number;
}

export interface RouteContext {
  readonly accountId: string;
  readonly apiId: string;
  readonly stage: string;
  readonly routeKey: string;
}

export function proxyEvent(arrival: VisitorArrival, route: RouteContext): APIGatewayProxyEventV2 {
  const { method, path, query, protocol, domainName, sourceIp, requestId, at, body } = arrival;
  const { headers, cookies } = eventHeaders({ ...arrival, bodyBytes: body.length });
  return {
    version: '2.0',
    routeKey: route.routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(query !== '' && { queryStringParameters: queryParameters(query) }),
    requestContext: {
      accountId: route.accountId,
      apiId: route.apiId,
      domainName,
      domainPrefix: domainName.split('.', 1)[0] ?? '',
      http: { method, path, protocol, sourceIp, userAgent: headers['user-agent'] ?? '' },
      requestId,
      routeKey: route.routeKey,
      stage: route.stage,
      time: requestTime(at),
      timeEpoch: at,
    },
    ...eventBody(body, headers['content-type']),
  };
}

/** The query decoded, with repeated keys joined; `rawQueryString` has the query as sent. */
function queryParameters(query: string): Record<string, string> {
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(query)) values.set(name, [...(values.get(name) ?? []), value]);
  return Object.fromEntries([...values].map(([name, all]) => [name, all.join(',')]));
}
