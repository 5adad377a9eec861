import type { IncomingMessage } from 'node:http';
import { traceIdHeader } from '../../http-edge/trace-id';
import type { RequestContext } from './connection-context';

/** The parts of an upgrade request that events carry. Header names keep their case, unlike in an HTTP API. */
export interface UpgradeFields {
  readonly headers: Readonly<Record<string, string>>;
  readonly multiValueHeaders: Readonly<Record<string, readonly string[]>>;
  readonly queryStringParameters: Readonly<Record<string, string>>;
  readonly multiValueQueryStringParameters: Readonly<Record<string, readonly string[]>>;
}

/** @param at in ms since the epoch */
export function upgradeFields(request: IncomingMessage, at: number): UpgradeFields {
  const headers = new Map<string, string[]>();
  const add = (fields: Map<string, string[]>, name: string, value: string): void => {
    const values = fields.get(name);
    if (values) values.push(value);
    else fields.set(name, [value]);
  };
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    add(headers, request.rawHeaders[index] ?? '', request.rawHeaders[index + 1] ?? '');
  }
  const given = request.headers['x-amzn-trace-id'];
  headers.set('X-Amzn-Trace-Id', [traceIdHeader(Array.isArray(given) ? given[0] : given, at)]);
  headers.set('X-Forwarded-For', [...(headers.get('X-Forwarded-For') ?? []), sourceIpOf(request)]);
  headers.set('X-Forwarded-Port', [String(request.socket.localPort ?? '')]);
  headers.set('X-Forwarded-Proto', ['http']);

  const query = new Map<string, string[]>();
  const [, search = ''] = /\?(.*)$/s.exec(request.url ?? '') ?? [];
  for (const [name, value] of new URLSearchParams(search)) add(query, name, value);
  return {
    headers: lastOf(headers),
    multiValueHeaders: Object.fromEntries(headers),
    queryStringParameters: lastOf(query),
    multiValueQueryStringParameters: Object.fromEntries(query),
  };
}

export const sourceIpOf = ({ socket }: IncomingMessage): string => (socket.remoteAddress ?? '').replace(/^::ffff:/, '');

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html */
export const authorizerEvent = (methodArn: string, fields: UpgradeFields, requestContext: RequestContext) => ({
  type: 'REQUEST' as const,
  methodArn,
  ...fields,
  stageVariables: {},
  requestContext,
});

/** The event of `$connect`, without the header fields of the upgrade itself, and without query fields if there is no query. */
export function connectEvent(fields: UpgradeFields, requestContext: RequestContext) {
  const ofUpgrade = ([name]: [string, unknown]): boolean => /^(connection|upgrade)$/i.test(name);
  const hasQuery = Object.keys(fields.queryStringParameters).length > 0;
  return {
    headers: Object.fromEntries(Object.entries(fields.headers).filter((entry) => !ofUpgrade(entry))),
    multiValueHeaders: Object.fromEntries(Object.entries(fields.multiValueHeaders).filter((entry) => !ofUpgrade(entry))),
    ...(hasQuery && {
      queryStringParameters: fields.queryStringParameters,
      multiValueQueryStringParameters: fields.multiValueQueryStringParameters,
    }),
    requestContext,
    isBase64Encoded: false,
  };
}

/** The event of `$disconnect`; of the upgrade's headers only the host is left. */
export function disconnectEvent(requestContext: RequestContext) {
  const headers = {
    Host: requestContext.domainName,
    'x-api-key': '',
    'X-Forwarded-For': '',
    'x-restapi': '',
  };
  return {
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    requestContext,
    isBase64Encoded: false,
  };
}

export const messageEvent = (body: string, requestContext: RequestContext) => ({
  requestContext,
  body,
  isBase64Encoded: false,
});

const lastOf = (fields: ReadonlyMap<string, readonly string[]>): Record<string, string> =>
  Object.fromEntries([...fields].map(([name, values]) => [name, values.at(-1) ?? '']));
