/**
 * The address (`AWS_ENDPOINT_URL`) at which functions reach AWS's JSON services, S3 and X-Ray. Presigned URLs of S3 lead there too.
 * The endpoint identifies the caller, passes the call through the interceptor (IAM, latency, faults, call records) to its
 * service, and formats the answer as AWS does.
 */
import http from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { closeServer, listen, portOf } from '../http-server';
import { FOREIGN_HOST, isLoopbackHost } from '../loopback-host';
import { isS3, s3Request } from '../s3/s3-request';
import { isXray, xrayRequest } from '../xray/xray-request';
import { AwsError } from '../services';
import type { AwsReply, ServiceApi, Closeable, Interceptor, Logger, Principals } from '../services';
import { jsonRequest } from './aws-protocol';
import type { AwsRequest, Verify } from './aws-request';
import { requestBody } from './request-body';
import { verifySignature } from './sigv4';

export interface AwsEndpointOptions {
  readonly principals: Principals;
  /** By service prefix as in IAM actions: `dynamodb`, `events`, `ssm` … */
  readonly services: Readonly<Record<string, ServiceApi>>;
  /** Wraps every call with a valid signature. Without an interceptor, all these calls pass. */
  readonly intercept?: Interceptor;
  readonly region: string;
  /** In ms since the epoch; the dates of signatures are compared with this clock. */
  readonly clock?: () => number;
  /** Receives failures that are not AWS errors. */
  readonly logger?: Logger;
}

export class AwsEndpoint implements Closeable {
  private readonly server = http.createServer((request, response) => void this.handle(request, response));
  private readonly intercept: Interceptor;

  constructor(private readonly options: AwsEndpointOptions) {
    this.intercept = options.intercept ?? ((_call, next) => next());
    // No time-out for idle connections: a frozen function keeps them, and its first call after the thaw would fail on a closed one.
    this.server.keepAliveTimeout = 0;
  }

  /** Listens on 127.0.0.1. */
  async listen(port = 0): Promise<{ port: number; url: string }> {
    await listen(this.server, port);
    const opened = portOf(this.server);
    return { port: opened, url: `http://127.0.0.1:${opened}` };
  }

  close(): Promise<void> {
    return closeServer(this.server);
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = isS3(request) ? s3Request(request) : isXray(request) ? xrayRequest(request) : jsonRequest(request);
    const reply = await this.answer(request, asked).catch((error: unknown) => asked.errorReply(this.asAwsError(error, request, asked)));
    response.writeHead(reply.status, asked.replyHeaders(reply)).end(reply.body);
  }

  private async answer(request: IncomingMessage, asked: AwsRequest): Promise<AwsReply> {
    if (!isLoopbackHost(request.headers.host)) throw new AwsError(403, 'AccessDeniedException', FOREIGN_HOST);
    const arrivedAt = performance.now();
    const body = await requestBody(request);
    const { service: name, operation } = asked;
    const service = name === undefined ? undefined : this.options.services[name];
    if (name === undefined || !service) throw notEmulated(request, Object.keys(this.options.services));
    const call = { service: name, operation, ...asked.readCall(body, this.verify), arrivedAt };
    return this.intercept(call, async () => service(call));
  }

  private readonly verify: Verify = (request, options) => {
    const { principals, region, clock } = this.options;
    return verifySignature(request, principals, { region, clock, ...options });
  };

  private asAwsError(error: unknown, request: IncomingMessage, { service, operation }: AwsRequest): AwsError {
    if (error instanceof AwsError) return error;
    const what = service === undefined ? 'a request' : `${service}:${operation}`;
    const message = error instanceof Error ? error.message : String(error);
    // A caller that died before it had sent the whole request is no failure of the endpoint.
    if (request.complete) this.options.logger?.warn(`AWS endpoint: ${what} failed in the local cloud: ${message}`);
    return new AwsError(500, 'InternalFailure', message);
  }
}

function notEmulated({ method = '', url = '', headers }: IncomingMessage, known: readonly string[]): AwsError {
  const target = headers['x-amz-target'];
  const what = typeof target === 'string' ? `Operation ${target}` : `${method} ${url} (without X-Amz-Target)`;
  return new AwsError(
    400,
    'UnknownOperationException',
    `${what} is not emulated by the local cloud, which emulates ${known.toSorted().join(', ')}: s3 and xray by their URLs, the others over AWS JSON`,
  );
}
