import { bodyRefOf, type HttpRequestMessage } from '../../protocol';
import { isStored, requestBodyKey, responseBodyKey, type BodyStore } from './body-store';
import type { Outcome } from './pending-request';
import { TunnelError } from './tunnel-error';

/** The bodies of one request that go through the body store. */
export class RequestBodies {
  private readonly keys: string[] = [];

  constructor(
    private readonly requestId: string,
    private readonly store: BodyStore,
  ) {}

  /** Puts the request's body where its agent can get it, until `deadline` (ms since the epoch). */
  async lend(body: Uint8Array, deadline: number): Promise<NonNullable<HttpRequestMessage['body_ref']>> {
    const key = requestBodyKey(this.requestId);
    const ref = bodyRefOf(body);
    this.keys.push(key);
    await this.store.put(key, body, ref);
    return { ...ref, url: await this.store.downloadUrl(key, deadline) };
  }

  /**
   * The answer with its body, wherever that lay.
   * @throws TunnelError `agent_failed` when it lies nowhere
   */
  async fetch(outcome: Outcome): Promise<WholeOutcome> {
    if (outcome.kind === 'failure') return outcome;
    const { body } = outcome;
    if (!isStored(body)) return { ...outcome, body };
    const key = responseBodyKey(this.requestId, body);
    this.keys.push(key);
    const fetched = await this.store.get(key, body);
    // The agent spoke of it without having put it there.
    if (!fetched) throw new TunnelError('agent_failed');
    return { ...outcome, body: fetched };
  }

  /** Removes what was put for this request, as far as it is known here. */
  async release(): Promise<void> {
    await Promise.all(this.keys.splice(0).map((key) => this.store.remove(key)));
  }
}

type Response = Extract<Outcome, { kind: 'response' }>;
/** An answer whose body is here. */
export type WholeOutcome = Exclude<Outcome, Response> | (Omit<Response, 'body'> & { readonly body: Uint8Array });
