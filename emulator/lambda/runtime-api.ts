/**
 * The Lambda Runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) for all execution environments on
 * one loopback port: `/ENVIRONMENT-ID/2018-06-01/runtime/…`. AWS gives each environment its own port on its own machine.
 * Here, one port per environment would need a hundred listeners in one process. The id is random, so no environment (and
 * no page in a browser) can act as another environment.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Invocation, RunOutcome } from './invocation';

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
  failInit(outcome: RunOutcome): void;
}

const ROUTE = /^\/([^/]+)\/2018-06-01\/runtime\/(?:(invocation\/next)|(init\/error)|invocation\/([^/]+)\/(response|error))$/;

export class RuntimeApi {
  private readonly hosts = new Map<string, RuntimeHost>();
  private readonly server = http.createServer((request, response) => void this.serve(request, response));

  private constructor(private readonly maxResponseBytes: number) {
    // No time-outs: a runtime asks for its next invocation and waits, frozen, for any length of time.
    Object.assign(this.server, { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 });
  }

  static async start(maxResponseBytes: number): Promise<RuntimeApi> {
    const api = new RuntimeApi(maxResponseBytes);
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

    const body = await readBody(request, this.maxResponseBytes).catch(() => undefined);
    if (body === undefined) return;
    if (isInitError) host.failInit(errorOutcome(body));
    else if (!(await host.answer(requestId, result === 'error' ? errorOutcome(body) : this.responseOutcome(body))))
      return refuse(
        response,
        400,
        'InvalidRequestID',
        `${requestId} is not a running invocation of this environment, or was answered already`,
      );
    if (body.text === undefined) return refuse(response, 413, 'RequestEntityTooLarge', this.tooLarge(body.bytes));
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}\n');
  }

  private responseOutcome({ text, bytes }: Body): RunOutcome {
    if (text === undefined) {
      return {
        kind: 'error',
        errorType: 'Function.ResponseSizeTooLarge',
        errorMessage: this.tooLarge(bytes),
      };
    }
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

  private tooLarge(bytes: number): string {
    return `Response payload size (${bytes} bytes) exceeded maximum allowed payload size (${this.maxResponseBytes} bytes).`;
  }
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
