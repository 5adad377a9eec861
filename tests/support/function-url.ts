/** A function URL on a free port, in front of a Lambda service with small functions. */
import type { Server } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { FunctionUrlEdge } from '../../emulator/function-url/function-url-edge';
import { VisitorServer, type VisitRecord } from '../../emulator/http-edge/visitor-server';
import { closeServer, listen, portOf } from '../../emulator/http-server';
import { Permissions } from '../../emulator/iam/permissions';
import { AWS_LIMITS, type Limits } from '../../emulator/limits';
import { URL_PERMISSIONS, type FunctionSpec, type FunctionUrlSpec, type UrlPermission } from '../../emulator/specs';
import { arnOf, startLambda, type LambdaFixture } from './lambda-fixture';

export interface UrlFixture {
  readonly port: number;
  readonly lambda: LambdaFixture;
  readonly warnings: readonly string[];
  readonly visits: readonly VisitRecord[];
  close(): Promise<void>;
}

export interface UrlFixtureOptions {
  readonly invokeMode?: FunctionUrlSpec['invokeMode'];
  readonly permissions?: readonly UrlPermission[];
  readonly limits?: Partial<Limits['functionUrl']>;
  readonly lambdaLimits?: Partial<Limits['lambda']>;
  readonly spec?: Partial<FunctionSpec>;
  readonly serves?: (host: string) => boolean;
}

/** The source of a streaming handler. @param body has `event`, `stream`, and `from`, which is `HttpResponseStream.from` of the stream */
export const streamingHandler = (body: string): string =>
  `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
     const from = (metadata) => awslambda.HttpResponseStream.from(stream, metadata);
     const pause = (ms) => new Promise((go) => setTimeout(go, ms));
     ${body}
   });`;

/** @param source of the function's index.js */
export async function startFunctionUrl(source: string, options: UrlFixtureOptions = {}): Promise<UrlFixture> {
  const { invokeMode = 'RESPONSE_STREAM', permissions = URL_PERMISSIONS, limits, lambdaLimits, spec, serves } = options;
  const lambda = await startLambda(
    { visitor: { ...spec, files: { 'index.js': source } } },
    { ...(lambdaLimits && { limits: lambdaLimits }) },
  );
  const warnings: string[] = [];
  const visits: VisitRecord[] = [];
  const edge = new FunctionUrlEdge({
    url: {
      address: 'aws_lambda_function_url.visitor',
      urlId: 'abc',
      url: 'http://127.0.0.1/',
      functionName: 'visitor',
      functionArn: arnOf('visitor'),
      invokeMode,
    },
    invoker: lambda.service,
    permissions: new Permissions(permissions.map((url) => ({ address: url, functionName: 'visitor', principal: '*', url }))),
    limits: { ...AWS_LIMITS.functionUrl, ...limits },
    log: { warn: (text) => warnings.push(text) },
    ...(serves && { serves }),
  });
  edge.events.on('response', (record) => visits.push(record));
  const server: Server = VisitorServer.newServer({ ...AWS_LIMITS.functionUrl, ...limits });
  edge.serveOn(server);
  await listen(server, 0);
  return {
    port: portOf(server),
    lambda,
    warnings,
    visits,
    close: async () => {
      await edge.close();
      await closeServer(server);
      await lambda.close();
    },
  };
}

/** The event that an echoing function got. */
export const eventIn = (body: string): APIGatewayProxyEventV2 => JSON.parse(body) as APIGatewayProxyEventV2;
