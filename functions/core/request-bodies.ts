import { bodyRefOf, type HttpRequestMessage } from '../../protocol';
import type { InlineResponse } from './agent-outcome';
import { isStored, requestBodyKey, responseBodyKey, type BodyStore } from './body-store';
import type { RequestOutcome, Response } from './pending-request';
import { TunnelError } from './tunnel-error';

/** The bodies of one request that go through the body store. */
export class RequestBodies {
  private readonly keys: string[] = [];

  constructor(
    private readonly requestId: string,
    private readonly store: BodyStore,
  ) {}

  /** Puts the request's body into the body store, from which its agent can download it until `deadline` (ms since the epoch). */
  async lend(body: Uint8Array, deadline: number): Promise<NonNullable<HttpRequestMessage['body_ref']>> {
    const key = requestBodyKey(this.requestId);
    const ref = bodyRefOf(body);
    this.keys.push(key);
    await this.store.put(key, body, ref);
    return { ...ref, url: await this.store.downloadUrl(key, deadline) };
  }

  /**
   * Returns the answer with its body, which is fetched from the body store if it is stored there.
   * @throws TunnelError `agent_failed` when the body is not in the store
   */
  async fetch(outcome: RequestOutcome): Promise<WholeOutcome> {
    if (outcome.kind === 'failure') return outcome;
    const { body } = outcome;
    if (!isStored(body)) return { ...outcome, body };
    const key = responseBodyKey(this.requestId, body);
    this.keys.push(key);
    const fetched = await this.store.get(key, body);
    // The agent referred to a body that it has not uploaded.
    if (!fetched) throw new TunnelError('agent_failed');
    return { ...outcome, body: fetched };
  }

  /** Removes the bodies of this request that are known here. */
  async release(): Promise<void> {
    await Promise.all(this.keys.splice(0).map((key) => this.store.remove(key)));
  }
}

/** An answer that contains its body. */
export type WholeOutcome = Exclude<RequestOutcome, Response> | InlineResponse;
