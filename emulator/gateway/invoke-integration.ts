import type { PermissionCheck } from '../iam/permissions';
import type { FunctionInvoker, InvokeResult, Logger, Origin } from '../services';

export type IntegrationResult =
  | InvokeResult
  /** The function did not answer in time; the function continues to run. */
  | { readonly kind: 'timeout' }
  /** No `aws_lambda_permission` lets API Gateway invoke the function from here. */
  | { readonly kind: 'forbidden' };

export interface IntegrationCall {
  /** Terraform address, for messages to people. */
  readonly address: string;
  readonly functionArn: string;
  /** The ARN that the permission's `source_arn` must match. */
  readonly sourceArn: string;
  readonly timeoutMs: number;
  readonly origin: Origin;
  readonly event: unknown;
}

export interface InvocationServices {
  readonly invoker: FunctionInvoker;
  readonly permissions: PermissionCheck;
  readonly log: Logger;
}

/** Invokes a function as API Gateway does: only with permission, and for a limited time. Never rejects. */
export async function invokeIntegration(
  { invoker, permissions, log }: InvocationServices,
  { address, functionArn, sourceArn, timeoutMs, origin, event }: IntegrationCall,
): Promise<IntegrationResult> {
  if (!permissions.allows(functionArn, 'apigateway.amazonaws.com', sourceArn)) {
    log.warn(
      `${address}: API Gateway may not invoke ${functionArn}; ` +
        `add an aws_lambda_permission for apigateway.amazonaws.com with source_arn = "${sourceArn}"`,
    );
    return { kind: 'forbidden' };
  }
  let timer: NodeJS.Timeout | undefined;
  const late = new AbortController();
  const timeout = new Promise<IntegrationResult>((resolve) => {
    timer = setTimeout(() => {
      resolve({ kind: 'timeout' });
      late.abort();
    }, timeoutMs);
  });
  // After the time-out, a visitor's request that still waits need not run. An invocation from inside still runs for its effects.
  const signal = origin === 'outside' ? late.signal : undefined;
  const invocation = invoker
    .invoke(functionArn, event, { origin, ...(signal && { signal }) })
    .catch((error: unknown): IntegrationResult => {
      log.warn(`${address}: ${functionArn} cannot be invoked: ${(error as Error).message}`);
      return { kind: 'error', errorType: 'ServiceException', errorMessage: (error as Error).message };
    });
  try {
    return await Promise.race([invocation, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
