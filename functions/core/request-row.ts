import type { Completion, PendingRequest, PendingRequests } from './pending-request';

/**
 * The row of one request. A request with a ticket has none at first: its waiter then need not remove one. It gets a row when the agent has to
 * be asked for its answer: by the waiter, or by receive-message, which stores an answer that was asked for.
 */
export class RequestRow implements Pick<PendingRequests, 'read' | 'remove' | 'take'> {
  private existed = false;

  constructor(
    readonly request: PendingRequest,
    private readonly pending: PendingRequests,
  ) {}

  /** Puts the row, unless it is there already. */
  async put(): Promise<void> {
    this.mayExist();
    await this.pending.put(this.request);
  }

  /** From now on, others may make the row. */
  mayExist(): void {
    this.existed = true;
  }

  async read(requestId: string, signal?: AbortSignal): Promise<Completion | undefined> {
    const completion = await this.pending.read(requestId, signal);
    if (completion) this.mayExist();
    return completion;
  }

  /** Sends the removal of the row, if there may be one. */
  async remove(requestId: string): Promise<void> {
    if (this.existed) await this.pending.remove(requestId);
  }

  take(requestId: string): Promise<Completion | undefined> {
    return this.pending.take(requestId);
  }
}
