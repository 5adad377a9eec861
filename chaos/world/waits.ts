import { nonceIn } from '../../bench/bench-service';
import type { InvocationRecord } from '../../emulator/lambda/invocation';
import type { InvocationInterceptor } from '../../emulator/services';

/** How the local cloud tells that an invocation was never run. */
const NOT_RUN = 'ServiceException';

/** How long each visitor's request waited until this machine had an execution environment for it, and why its function failed. */
export class Waits {
  /** In ms, by the request's nonce. */
  readonly byNonce = new Map<string, number>();
  /** Why the function that waits failed, by the request's nonce. */
  readonly failures = new Map<string, string>();
  /** The requests by Lambda's ids of their invocations. */
  private readonly nonces = new Map<string, string>();

  readonly intercept: InvocationInterceptor = async ({ payload }, next) => {
    const { rawPath } = payload as { readonly rawPath?: string };
    const askedAt = Date.now();
    const result = await next();
    if (rawPath === undefined) return result;
    const nonce = nonceIn(rawPath);
    if (result.kind === 'error') this.failures.set(nonce, `${result.errorType}: ${result.errorMessage}`);
    // A request that was never run has waited all the time.
    if (result.kind === 'error' && result.errorType === NOT_RUN) this.byNonce.set(nonce, Date.now() - askedAt);
    if (result.requestId !== undefined) this.nonces.set(result.requestId, nonce);
    return result;
  };

  /** An invocation has run. */
  readonly onInvocation = ({ requestId, waitedMs }: InvocationRecord): void => {
    const nonce = this.nonces.get(requestId);
    if (nonce !== undefined) this.byNonce.set(nonce, waitedMs);
    this.nonces.delete(requestId);
  };
}
