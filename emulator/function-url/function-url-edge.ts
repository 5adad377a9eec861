/** https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html */
import type { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import { edgeResponse, type EdgeResponse, type HeaderFields } from '../http-edge/edge-response';
import { lambdaResponse, MalformedResponseError, streamedHead } from '../http-edge/lambda-response';
import { proxyEvent, type VisitorArrival } from '../http-edge/proxy-event';
import { VisitorServer, type Exchange, type VisitRecord } from '../http-edge/visitor-server';
import { writeResponse } from '../http-edge/write-response';
import type { Permissions } from '../iam/permissions';
import type { Limits } from '../limits';
import type { Closeable, InvokeResult, Logger, StreamedResult, StreamingInvoker } from '../services';
import type { FunctionUrlSpec, UrlPermission } from '../specs';
import { badGateway, DIALECT, forbidden, tooManyRequests } from './own-answers';
import { visitorFields } from './renamed-fields';
import { streamToVisitor } from './stream-to-visitor';

export interface FunctionUrlEdgeOptions {
  readonly url: FunctionUrlSpec;
  readonly invoker: StreamingInvoker;
  readonly permissions: Pick<Permissions, 'missingForUrl'>;
  readonly limits: Limits['functionUrl'];
  readonly log: Logger;
  /** Whether a Host, with its port, is served; every Host by default. */
  readonly serves?: (host: string) => boolean;
  /** In ms since the epoch. */
  readonly clock?: () => number;
}

type Head = Pick<EdgeResponse, 'status' | 'headers'>;

/** How a missing permission is granted in the stack. */
const REMEDIES: Readonly<Record<UrlPermission, string>> = {
  InvokeFunctionUrl: 'an aws_lambda_permission with action lambda:InvokeFunctionUrl, principal "*" and function_url_auth_type "NONE"',
  InvokedViaFunctionUrl:
    'an aws_cloudformation_stack with an AWS::Lambda::Permission for lambda:InvokeFunction, Principal "*" and InvokedViaFunctionUrl true',
};

/** The type of a body whose type the function does not name. */
const DEFAULT_TYPE = { whole: 'application/json', stream: 'application/octet-stream' };

/** The URL of a function without authorization, buffered or streaming. */
export class FunctionUrlEdge implements Closeable {
  private readonly server: VisitorServer;

  constructor(private readonly options: FunctionUrlEdgeOptions) {
    this.server = new VisitorServer({ ...options, dialect: DIALECT, answer: (arrival, exchange) => this.answer(arrival, exchange) });
  }

  get events(): EventEmitter<{ response: [VisitRecord] }> {
    return this.server.events;
  }

  /** Answers the requests to a server, and closes the server when the edge is closed. */
  serveOn(server: Server): void {
    this.server.serveOn(server);
  }

  close(): Promise<void> {
    return this.server.close();
  }

  private async answer(arrival: VisitorArrival, exchange: Exchange): Promise<Head> {
    const { url, permissions, log } = this.options;
    const missing = permissions.missingForUrl(url.functionArn);
    if (missing.length > 0) {
      log.warn(
        `${url.address}: nobody may use the URL of ${url.functionName}; add ${missing.map((each) => REMEDIES[each]).join(', and ')}`,
      );
      return write(exchange, forbidden);
    }
    const event = proxyEvent(arrival, { accountId: 'anonymous', apiId: url.urlId, stage: '$default', routeKey: '$default' });
    const traced: HeaderFields = [['x-amzn-trace-id', event.headers['x-amzn-trace-id'] ?? '']];
    const result = await this.invoke(event);
    exchange.integrationLatencyMs = performance.now() - exchange.startedAt;
    if (result.kind === 'stream') return this.stream(exchange, result, traced);
    const answer = this.whole(result);
    return write(exchange, { ...answer, headers: [...visitorFields(answer.headers, false), ...traced] });
  }

  /** A function that hangs is ended by its time-out. Only a fault of the fault plan can keep the result away for longer. */
  private async invoke(event: unknown): Promise<InvokeResult | StreamedResult> {
    const { invoker, limits, log, url } = this.options;
    const invoke = url.invokeMode === 'RESPONSE_STREAM' ? 'invokeStreaming' : 'invoke';
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<InvokeResult>((resolve) => {
      const result: InvokeResult = { kind: 'error', errorType: 'Sandbox.Timedout', errorMessage: 'the function URL has waited too long' };
      timer = setTimeout(() => resolve(result), limits.longestMs).unref();
    });
    const invocation: Promise<InvokeResult | StreamedResult> = invoker[invoke](url.functionArn, event, { origin: 'outside' });
    try {
      return await Promise.race([invocation, late]);
    } catch (error) {
      log.warn(`${url.address}: ${url.functionArn} cannot be invoked: ${(error as Error).message}`);
      return { kind: 'error', errorType: 'ServiceException', errorMessage: (error as Error).message };
    } finally {
      clearTimeout(timer);
    }
  }

  /** AWS answers whole with a function that does not stream, also where the URL streams. */
  private whole(result: InvokeResult): EdgeResponse {
    switch (result.kind) {
      case 'ok':
        return this.understood(() => lambdaResponse(result.payload, DEFAULT_TYPE.whole)) ?? badGateway;
      case 'throttled':
        return tooManyRequests(result.reason);
      case 'error':
        return result.errorType === 'RequestTooLargeException' ? edgeResponse(413, DIALECT) : badGateway;
    }
  }

  private async stream(exchange: Exchange, { head, body }: StreamedResult, traced: HeaderFields): Promise<Head> {
    const { metadata, contentType } = head;
    const said = this.understood(() => streamedHead(metadata ?? { headers: { 'content-type': contentType } }));
    if (!said) {
      body.resume();
      return write(exchange, { ...badGateway, headers: [...badGateway.headers, ...traced] });
    }
    const isTyped = said.headers.some(([name]) => name.toLowerCase() === 'content-type');
    const typed: HeaderFields = isTyped ? said.headers : [...said.headers, ['content-type', DEFAULT_TYPE.stream]];
    const headers = [...visitorFields(typed, true), ...traced, ...DIALECT.ownFields(exchange.requestId)];
    const { longestMs, tellsWhenVisitorLeaves } = this.options.limits;
    const left = longestMs - (performance.now() - exchange.startedAt);
    await streamToVisitor(exchange, { status: said.status, headers }, body, { longestMs: left, tellsWhenVisitorLeaves });
    return { status: said.status, headers };
  }

  private understood<T>(understand: () => T): T | undefined {
    try {
      return understand();
    } catch (error) {
      if (!(error instanceof MalformedResponseError)) throw error;
      const { log, url } = this.options;
      log.warn(`${url.address}: ${url.functionArn} returned no valid response: ${error.message}`);
      return undefined;
    }
  }
}

function write({ response, requestId }: Exchange, answer: EdgeResponse): Head {
  writeResponse(response, answer, DIALECT.ownFields(requestId));
  return answer;
}
