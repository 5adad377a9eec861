import type { InvocationRecord } from '../emulator/lambda/invocation';
import type { InvocationInterceptor } from '../emulator/services';
import { NONCE_HEADER, nonceIn } from './bench-service';

/** What is seen of one request from inside the cloud; times are of `performance.now()`, in ms. */
export interface Sighting {
  /** When the last frame of the agent's answer had entered the gateway. */
  answeredAt?: number;
  /** When forward-request had returned. */
  returnedAt?: number;
  /** Whether any function met a cold start for this request. */
  cold: boolean;
  /** Billed time of forward-request, in ms. */
  billedMs?: number;
}

interface HttpEvent {
  readonly rawPath?: string;
  readonly body?: string | null;
}

/**
 * Follows requests by their nonces through the invocations that the gateways ask for. An invocation of forward-request has the nonce in
 * its path; an invocation of receive-message has the nonce in the headers of the answer.
 */
export class Timeline {
  private readonly sightings = new Map<string, Sighting>();
  /** The key is Lambda's id of an invocation. */
  private readonly invocations = new Map<string, { readonly nonce: string; readonly forwards: boolean }>();

  of(nonce: string): Sighting {
    let sighting = this.sightings.get(nonce);
    if (!sighting) this.sightings.set(nonce, (sighting = { cold: false }));
    return sighting;
  }

  readonly intercept: InvocationInterceptor = async ({ payload }, next) => {
    const { rawPath, body } = payload as HttpEvent;
    const arrivedAt = performance.now();
    if (rawPath !== undefined) {
      const result = await next();
      this.of(nonceIn(rawPath)).returnedAt = performance.now();
      return this.remember(result, nonceIn(rawPath), true);
    }
    const nonce = nonceOfAnswer(body ?? '');
    if (nonce === undefined) return next();
    this.of(nonce).answeredAt ??= arrivedAt;
    return this.remember(await next(), nonce, false);
  };

  /** Called when an invocation is over: its answer was given, and its environment is free again. */
  readonly onInvocation = ({ requestId, coldStart, billedMs }: InvocationRecord): void => {
    const invocation = this.invocations.get(requestId);
    if (!invocation) return;
    this.invocations.delete(requestId);
    const sighting = this.of(invocation.nonce);
    if (coldStart) sighting.cold = true;
    if (invocation.forwards) sighting.billedMs = billedMs;
  };

  private remember<Result extends { readonly requestId?: string }>(result: Result, nonce: string, forwards: boolean): Result {
    if (result.requestId !== undefined) this.invocations.set(result.requestId, { nonce, forwards });
    return result;
  }
}

function nonceOfAnswer(body: string): string | undefined {
  if (!body.includes(NONCE_HEADER)) return undefined;
  const { headers } = JSON.parse(body) as { headers?: Record<string, string[]> };
  return headers?.[NONCE_HEADER]?.[0];
}
