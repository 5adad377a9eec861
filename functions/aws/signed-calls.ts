/**
 * Signed HTTPS calls of AWS services. A call of the AWS SDK costs five times as much CPU, and its clients 30 ms more of a cold start
 * (docs/adr/0050-the-hot-path-calls-aws-without-the-sdk.md). The signature is the SDK's own.
 */
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity, Provider } from '@smithy/types';
import http, { type IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import { openCall } from '../tracing';
import { NodeSha256 } from './node-sha256';

/** Where a service is, and who calls it. */
export interface ServiceAccess {
  readonly endpoint: URL;
  readonly region: string;
  readonly credentials: Provider<AwsCredentialIdentity>;
}

export interface SignedService extends ServiceAccess {
  /** The service's name in signatures, such as `execute-api`. */
  readonly signingName: string;
  /** The service's name in traces, such as `DynamoDB`. */
  readonly name: string;
}

export interface SignedCall {
  /** In traces, such as `GetItem`. */
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the endpoint, percent-encoded. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Time for the whole call, in ms. Without a limit the call waits for as long as the service keeps the connection. */
  readonly timeoutMs?: number;
  /** Time for a new connection, in ms. */
  readonly connectMs?: number;
  /** Ends the call, which then rejects with an AbortError. */
  readonly signal?: AbortSignal | undefined;
  /** In traces. */
  readonly tableName?: string | undefined;
  /** False: the call makes no subsegment. */
  readonly isTraced?: boolean;
}

/** An error that a service answered with. It has the form of the SDK's errors, so that the SDK's rules for retries apply. */
export class ServiceError extends Error {
  readonly $metadata: { readonly httpStatusCode: number; readonly requestId: string | undefined };

  constructor(
    override readonly name: string,
    message: string,
    { status, headers }: Pick<Reply, 'status' | 'headers'>,
    /** The whole body of the answer; undefined if it is no JSON. */
    readonly body: unknown,
  ) {
    super(message);
    this.$metadata = { httpStatusCode: status, requestId: requestIdIn(headers) };
  }
}

/** A call that was not answered in time. */
export class ServiceTimeoutError extends Error {
  /** The SDK's name of this error. */
  override readonly name = 'TimeoutError';
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** As many connections to a service as the SDK allows. */
const MAX_SOCKETS = 50;

/**
 * Makes one attempt of each call over connections that are kept.
 * @returns a function that resolves with the body of the answer, and rejects with a ServiceError, a ServiceTimeoutError, an AbortError,
 * or an error of the connection
 */
export function signedCalls({ endpoint, region, credentials, signingName, name }: SignedService): (call: SignedCall) => Promise<string> {
  const isSecure = endpoint.protocol === 'https:';
  const agent = new (isSecure ? https : http).Agent({ keepAlive: true, maxSockets: MAX_SOCKETS });
  const { hostname, port } = endpoint;
  const base = endpoint.pathname.replace(/\/$/, '');
  const signer = new SignatureV4({ service: signingName, region, credentials, sha256: NodeSha256 });

  return async ({
    operation,
    method,
    path = '',
    headers: own = {},
    body = '',
    timeoutMs,
    connectMs,
    signal,
    tableName,
    isTraced = true,
  }) => {
    const traced = isTraced ? openCall({ service: name, operation, region, tableName }) : undefined;
    try {
      const request = { method, protocol: endpoint.protocol, hostname, path: `${base}${path}` || '/' };
      const { headers } = await signer.sign({
        ...request,
        headers: { host: endpoint.host, 'content-length': String(Buffer.byteLength(body)), ...own },
        body,
      });
      if (traced?.header !== undefined) headers['X-Amzn-Trace-Id'] = traced.header;
      const options = { ...request, agent, headers, ...(port !== '' && { port }), ...(signal && { signal }) };
      const reply = await exchange((isSecure ? https : http).request(options), body, { timeoutMs, connectMs });
      if (reply.status >= 300) throw errorIn(reply);
      traced?.end({ status: reply.status, awsRequestId: requestIdIn(reply.headers) });
      return reply.body;
    } catch (error) {
      const { httpStatusCode: status, requestId } = error instanceof ServiceError ? error.$metadata : {};
      traced?.end({ status, awsRequestId: requestId, errorName: (error as Error).name });
      throw error;
    }
  };
}

type Limits = { readonly [limit in 'timeoutMs' | 'connectMs']: number | undefined };

function exchange(outgoing: http.ClientRequest, body: string, { timeoutMs, connectMs }: Limits): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const giveUpAfter = (ms: number | undefined, what: string): NodeJS.Timeout | undefined => {
      if (ms === undefined) return undefined;
      return setTimeout(() => {
        const error = new ServiceTimeoutError(`${what} within ${ms} ms`);
        reject(error);
        outgoing.destroy(error);
      }, ms);
    };
    const timer = giveUpAfter(timeoutMs, 'the service did not answer');
    outgoing.on('socket', (socket) => {
      if (!socket.connecting) return;
      const connecting = giveUpAfter(connectMs, 'the service could not be reached');
      for (const end of ['connect', 'close']) socket.once(end, () => clearTimeout(connecting));
    });
    outgoing.on('response', (incoming) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk: string) => (text += chunk));
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text }));
      incoming.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.on('close', () => clearTimeout(timer));
    outgoing.end(body);
  });
}

function errorIn(reply: Reply): ServiceError {
  const body = parsed(reply.body);
  const { __type, code, message, Message } = (body ?? {}) as Record<string, unknown>;
  const isText = (value: unknown): value is string => typeof value === 'string';
  const type = [reply.headers['x-amzn-errortype'], __type, code].find(isText);
  const text = [message, Message].find(isText);
  // `com.amazonaws.dynamodb.v20120810#Name`, `Name:http://…` or `Name` (https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html).
  const name = type?.replace(/[,:].*$/s, '').replace(/^.*#/s, '') ?? 'UnknownError';
  return new ServiceError(name, text ?? `the service answered with status ${reply.status}`, reply, body);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const requestIdIn = (headers: IncomingHttpHeaders): string | undefined => [headers['x-amzn-requestid']].flat()[0];
