/**
 * The Lambda Runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) for all execution environments on
 * one loopback port: `/ENVIRONMENT-ID/2018-06-01/runtime/…`. AWS gives each environment its own port on its own machine.
 * Here, one port per environment would need a hundred listeners in one process. The id is random, so no environment (and
 * no page in a browser) can act as another environment.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Limits } from '../limits';
import { responseTooLarge } from './invocation';
import type { Invocation, RunOutcome } from './invocation';
import { StreamedAnswer, streamError, type OnHead } from './streamed-answer';

/** An invocation as the runtime receives it. */
export interface HandedOver extends Pick<Invocation, 'requestId' | 'payload'> {
  /** Value of `X-Amzn-Trace-Id` */
  readonly traceHeader: string;
  readonly functionArn: string;
  /** ms since the epoch */
  readonly deadlineMs: number;
}

/** Handles the API's requests for one environment. */
export interface RuntimeHost {
  /** The runtime is ready. `handOver` sends the next invocation to the runtime, as soon as there is one. */
  next(handOver: (invocation: HandedOver) => void): void;
  /** Resolves when the answer has been passed on; with false when the request is not running, or already has an answer. */
  answer(requestId: string, outcome: RunOutcome): Promise<boolean>;
  /**
   * The runtime begins to stream its response.
   * @param open reads the stream, if the invoker takes streams
   * @returns undefined when the response has to be collected
   */
  takeStream(requestId: string, open: (onHead: OnHead) => StreamedAnswer): StreamedAnswer | undefined;
  failInit(outcome: RunOutcome): void;
}

const ROUTE = /^\/([^/]+)\/2018-06-01\/runtime\/(?:(invocation\/next)|(init\/error)|invocation\/([^/]+)\/(response|error))$/;

export class RuntimeApi {
  private readonly hosts = new Map<string, RuntimeHost>();
  private readonly server = http.createServer((request, response) => void this.serve(request, response));

  private constructor(private readonly limits: Limits['lambda']) {
    // No time-outs: a runtime asks for its next invocation and waits, frozen, for any length of time.
    Object.assign(this.server, { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 });
  }

  static async start(limits: Limits['lambda']): Promise<RuntimeApi> {
    const api = new RuntimeApi(limits);
    await new Promise<void>((resolve, reject) => {
      api.server.once('error', reject);
      api.server.listen(0, '127.0.0.1', resolve);
    });
    return api;
  }

  /** @returns the value of AWS_LAMBDA_RUNTIME_API for the environment */
  add(environmentId: string, host: RuntimeHost): string {
    this.hosts.set(environmentId, host);
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}/${environmentId}`;
  }

  remove(environmentId: string): void {
    this.hosts.delete(environmentId);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const [, environmentId = '', isNext, isInitError, requestId = '', result] = ROUTE.exec(request.url ?? '') ?? [];
    const host = this.hosts.get(environmentId);
    if (!host)
      return refuse(
        response,
        404,
        'NotFound',
        `the Runtime API has no path ${request.url}: check that AWS_LAMBDA_RUNTIME_API is unchanged`,
      );
    if (isNext) return host.next((invocation) => sendInvocation(response, invocation));

    const isStream = request.headers[RESPONSE_MODE] === 'streaming';
    if (isStream) {
      const streamed = host.takeStream(requestId, (onHead) => new StreamedAnswer(request, this.limits, onHead));
      if (streamed) return serveStream(host, requestId, streamed, response);
    }
    const body = await readBody(request, this.limits.syncPayloadBytes).catch(() => undefined);
    if (body === undefined) return;
    if (isInitError) host.failInit(errorOutcome(body));
    else {
      const outcome = result === 'error' ? errorOutcome(body) : isStream ? this.collected(body, request) : this.responseOutcome(body);
      if (!(await host.answer(requestId, outcome))) return refuseUnknown(response, requestId);
      if (body.text === undefined && outcome.kind === 'error') return refuse(response, 413, 'RequestEntityTooLarge', outcome.errorMessage);
    }
    accept(response);
  }

  /** A streamed response whose invoker wants the whole: its JSON value, or its text. */
  private collected(body: Body, { trailers }: http.IncomingMessage): RunOutcome {
    const errorType = trailers['lambda-runtime-function-error-type'];
    if (errorType !== undefined) return streamError(errorType, trailers['lambda-runtime-function-error-body']);
    const outcome = this.responseOutcome(body);
    return body.text !== undefined && outcome.kind === 'error' ? { kind: 'ok', payload: body.text } : outcome;
  }

  private responseOutcome({ text, bytes }: Body): RunOutcome {
    if (text === undefined) return responseTooLarge(bytes, this.limits.syncPayloadBytes);
    try {
      return { kind: 'ok', payload: JSON.parse(text) as unknown };
    } catch {
      return {
        kind: 'error',
        errorType: 'Runtime.MarshalError',
        errorMessage: 'The response of the function is not JSON',
      };
    }
  }
}

/** Passes a streamed response on. The runtime gets its answer when the invocation has its outcome. */
async function serveStream(host: RuntimeHost, requestId: string, streamed: StreamedAnswer, response: http.ServerResponse): Promise<void> {
  const outcome = await streamed.run();
  // The connection has ended: the process has died, or the runtime tells the error in another request.
  if (!outcome) return;
  if (!(await host.answer(requestId, outcome))) return refuseUnknown(response, requestId);
  accept(response);
}

const RESPONSE_MODE = 'lambda-runtime-function-response-mode';

function accept(response: http.ServerResponse): void {
  response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}\n');
}

function refuseUnknown(response: http.ServerResponse, requestId: string): void {
  refuse(response, 400, 'InvalidRequestID', `${requestId} is not a running invocation of this environment, or was answered already`);
}

/** `text` is missing when the body has more than the allowed bytes. */
interface Body {
  readonly text?: string;
  readonly bytes: number;
}

async function readBody(request: http.IncomingMessage, maxBytes: number): Promise<Body> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
  }
  return bytes <= maxBytes ? { text: Buffer.concat(chunks).toString(), bytes } : { bytes };
}

function errorOutcome({ text = '{}' }: Body): RunOutcome {
  const { errorType = 'Runtime.Unknown', errorMessage = '' } = JSON.parse(text) as Partial<Record<string, string>>;
  return { kind: 'error', errorType, errorMessage };
}

function sendInvocation(response: http.ServerResponse, invocation: HandedOver): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(invocation.payload),
    'lambda-runtime-aws-request-id': invocation.requestId,
    'lambda-runtime-deadline-ms': invocation.deadlineMs,
    'lambda-runtime-invoked-function-arn': invocation.functionArn,
    'lambda-runtime-trace-id': invocation.traceHeader,
  });
  response.end(invocation.payload);
}

function refuse(response: http.ServerResponse, status: number, errorType: string, errorMessage: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ errorType, errorMessage }));
}
