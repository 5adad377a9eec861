import { nonceIn } from '../../bench/bench-service';
import type { InvocationRecord } from '../../emulator/lambda/invocation';
import type { InvocationInterceptor } from '../../emulator/services';
import type { WaiterEnd } from '../judge/history';

/** Follows the invocations of `stream-request`: how long each has run, and why it failed. */
export class StreamWatch {
  /** By the request's nonce. */
  readonly waiters = new Map<string, WaiterEnd>();
  /** The requests by Lambda's ids of their invocations. */
  private readonly nonces = new Map<string, string>();
  private readonly failures = new Map<string, string>();

  readonly intercept: InvocationInterceptor = async ({ payload }, next) => {
    const result = await next();
    const { rawPath } = payload as { readonly rawPath?: string };
    if (rawPath === undefined || result.kind !== 'stream') return result;
    const { requestId } = result;
    this.nonces.set(requestId, nonceIn(rawPath));
    result.body.once('error', ({ message }: Error) => this.failures.set(requestId, message));
    return result;
  };

  /** An invocation has run. */
  readonly onInvocation = ({ requestId, at, durationMs }: InvocationRecord): void => {
    const nonce = this.nonces.get(requestId);
    if (nonce === undefined) return;
    this.nonces.delete(requestId);
    // The body fails at the same time, perhaps a moment later.
    setImmediate(() => {
      const failure = this.failures.get(requestId);
      this.failures.delete(requestId);
      this.waiters.set(nonce, { endedAt: at, ranMs: durationMs, ...(failure !== undefined && { failure }) });
    });
  };
}
