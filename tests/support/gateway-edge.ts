import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { HttpApiEdge } from '../../emulator/gateway/http-api/http-api-edge';
import { AWS_LIMITS, type Limits } from '../../emulator/limits';
import { Permissions } from '../../emulator/iam/permissions';
import type { HttpApiSpec } from '../../emulator/specs';
import { ACCOUNT_ID, functionArn, FunctionTable, REGION, type TestFunction } from './gateway-functions';

export interface TestEdge extends Pick<HttpApiEdge, 'listen' | 'close'> {
  readonly port: number;
  readonly functions: FunctionTable;
  /** Events of the function `visitor`, oldest first. */
  readonly events: () => APIGatewayProxyEventV2[];
  readonly warnings: string[];
}

export interface TestEdgeOptions {
  readonly limits?: Partial<Limits['httpApi']>;
  readonly api?: Partial<HttpApiSpec>;
  readonly permissionSource?: string;
  readonly clock?: () => number;
}

const EXECUTION_ARN = `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:abcdef1234`;

/** A route of the API to the function with this name. */
export const httpRoute = (routeKey: string, name = 'visitor'): HttpApiSpec['routes'][number] => ({
  address: `aws_apigatewayv2_route.${name}`,
  routeKey,
  integration: {
    kind: 'lambda',
    address: `aws_apigatewayv2_integration.${name}`,
    functionArn: functionArn(name),
    timeoutMs: 30_000,
  },
});

export const httpApi = (api: Partial<HttpApiSpec> = {}): HttpApiSpec => ({
  address: 'aws_apigatewayv2_api.visitor-api',
  apiId: 'abcdef1234',
  executionArn: EXECUTION_ARN,
  stageName: '$default',
  routes: [httpRoute('$default')],
  ...api,
});

/** An edge on a free port whose `$default` route leads to `visitor`. */
export async function startEdge(visitor: TestFunction, options: TestEdgeOptions = {}): Promise<TestEdge> {
  const functions = new FunctionTable({ visitor });
  const warnings: string[] = [];
  const edge = new HttpApiEdge({
    api: httpApi(options.api),
    invoker: functions,
    permissions: new Permissions(
      ['visitor', 'gone'].map((functionName) => ({
        address: `aws_lambda_permission.${functionName}`,
        functionName,
        principal: 'apigateway.amazonaws.com',
        sourceArn: options.permissionSource ?? `${EXECUTION_ARN}/*`,
      })),
    ),
    limits: { ...AWS_LIMITS.httpApi, ...options.limits },
    accountId: ACCOUNT_ID,
    ...(options.clock && { clock: options.clock }),
    log: { warn: (message) => warnings.push(message) },
  });
  const { port } = await edge.listen(0);
  return {
    port,
    functions,
    warnings,
    events: () => functions.eventsOf<APIGatewayProxyEventV2>('visitor'),
    listen: (...where) => edge.listen(...where),
    close: () => edge.close(),
  };
}
