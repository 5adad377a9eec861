/** `@connections`: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { verifySignature } from '../../aws-endpoint/sigv4';
import type { Limits } from '../../limits';
import { FOREIGN_HOST, isLoopbackHost } from '../../loopback-host';
import { AwsError } from '../../services';
import type { AwsReply, Interceptor, Logger, Principals } from '../../services';
import { readBody } from '../../http-edge/read-body';
import { newRequestId } from '../request-id';
import type { GatewayConnection } from './gateway-connection';

/** `/<api id>/<stage>/@connections/<connection id>`; the `=` of the id comes percent-encoded. */
const PATH = /^\/([^/]+)\/([^/]+)\/(?:@|%40)connections\/([^/?]+)\/?(?:\?|$)/i;

export interface ConnectionsApiOptions {
  /** The connection, if it is established and has not ended. */
  readonly find: (apiId: string, stage: string, connectionId: string) => GatewayConnection | undefined;
  readonly principals: Principals;
  readonly region: string;
  readonly limits: Limits['webSocket'];
  readonly intercept: Interceptor;
  readonly clock: () => number;
  readonly log: Logger;
}

interface Target {
  readonly apiId: string;
  readonly stage: string;
  readonly connectionId: string;
}

/** Posts to, describes and closes connections, for callers with a valid signature. */
export class ConnectionsApi {
  constructor(private readonly options: ConnectionsApiOptions) {}

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const arrivedAt = performance.now();
    const body = await readBody(request, this.options.limits.messageBytes);
    if (body === 'aborted') return;
    const { status, headers, body: answer } = await this.answer(request, body, arrivedAt).catch((error) => this.refusal(error));
    if (response.destroyed) return;
    response.writeHead(status, {
      ...headers,
      ...(status !== 204 && { 'content-length': Buffer.byteLength(answer) }),
      'x-amzn-requestid': newRequestId(),
    });
    response.end(answer);
  }

  private async answer(request: IncomingMessage, body: Buffer | 'too-large', arrivedAt: number): Promise<AwsReply> {
    const { method = '', url = '', headers } = request;
    if (!isLoopbackHost(headers.host)) throw new AwsError(403, 'ForbiddenException', FOREIGN_HOST);
    const target = targetOf(url);
    if (!target || !['POST', 'GET', 'DELETE'].includes(method)) {
      throw new AwsError(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
    }
    const { clock, intercept, limits, principals, region } = this.options;
    // Checked before the signature, which covers the body: a body that is too large was not kept.
    if (body === 'too-large') {
      throw new AwsError(413, 'PayloadTooLargeException', `Payload too large: a message has ${limits.messageBytes} bytes at most`);
    }
    const { principal } = verifySignature({ method, url, headers, body }, principals, {
      service: 'execute-api',
      region,
      clock,
    });
    const input = { method, ...target, bytes: body.length };
    return intercept({ service: 'execute-api', operation: 'ManageConnections', caller: principal, input, body, arrivedAt }, () =>
      Promise.resolve(this.perform(method, target, body)),
    );
  }

  private perform(method: string, { apiId, stage, connectionId }: Target, body: Buffer): AwsReply {
    const connection = this.options.find(apiId, stage, connectionId);
    if (!connection) throw new AwsError(410, 'GoneException', 'Gone');
    switch (method) {
      case 'POST':
        connection.post(body.toString());
        return { status: 200, body: '' };
      case 'DELETE':
        connection.end(1000, 'Connection Closed Normally');
        return { status: 204, body: '' };
      default:
        return {
          status: 200,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(description(connection)),
        };
    }
  }

  private refusal(error: unknown): AwsReply {
    const known = error instanceof AwsError;
    if (!known) this.options.log.warn(`@connections failed: ${String(error)}`);
    const { status, code, message } = known ? error : new AwsError(500, 'InternalServerErrorException', 'Internal server error');
    return {
      status,
      headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
      body: JSON.stringify({ message }),
    };
  }
}

function targetOf(url: string): Target | undefined {
  const match = PATH.exec(url);
  if (!match) return undefined;
  try {
    const [apiId = '', stage = '', connectionId = ''] = match.slice(1).map(decodeURIComponent);
    return { apiId, stage, connectionId };
  } catch {
    return undefined;
  }
}

const description = ({ info, lastActiveAt }: GatewayConnection) => ({
  connectedAt: new Date(info.connectedAt).toISOString(),
  identity: info.identity,
  lastActiveAt: new Date(lastActiveAt).toISOString(),
});
