import type {
  AnsweringAgent,
  Completion,
  CompletionResult,
  RequestState,
  PendingRequest,
  PendingRequests,
} from '../../functions/core/pending-request';

interface Row {
  readonly request: PendingRequest;
  /** True: the row was written by older code, whose waiter does not know the body store. */
  readonly outdated?: boolean;
  completion?: Completion;
}

/** The pending requests in memory. A test can decide when each operation takes effect. */
export class InMemoryPending implements PendingRequests {
  readonly rows = new Map<string, Row>();
  /** Ids of the requests whose waiter the bus was asked to wake. */
  readonly handedToBus: string[] = [];
  reads = 0;

  /** @param happens resolves when the named operation shall take effect */
  constructor(private readonly happens: (operation: string) => Promise<unknown> = () => Promise.resolve()) {}

  async put(request: PendingRequest): Promise<void> {
    await this.happens('put');
    if (!this.rows.has(request.requestId)) this.rows.set(request.requestId, { request });
  }

  async read(requestId: string): Promise<Completion | undefined> {
    this.reads++;
    await this.happens('read');
    return this.rows.get(requestId)?.completion;
  }

  async remove(requestId: string): Promise<void> {
    await this.happens('remove');
    this.rows.delete(requestId);
  }

  async take(requestId: string): Promise<Completion | undefined> {
    await this.happens('take');
    const completion = this.rows.get(requestId)?.completion;
    this.rows.delete(requestId);
    return completion;
  }

  async stateFor(answerer: AnsweringAgent): Promise<RequestState> {
    const row = this.rows.get(answerer.requestId);
    if (!row) return { kind: 'late' };
    if (row.request.tunnelId !== answerer.tunnelId || row.request.owner !== answerer.owner) return { kind: 'foreign' };
    if (row.completion) return { kind: 'duplicate', request: row.request };
    return row.outdated ? { kind: 'outdated' } : { kind: 'waiting', request: row.request };
  }

  async complete(answer: Parameters<PendingRequests['complete']>[0]): Promise<CompletionResult> {
    await this.happens('complete');
    const row = this.rows.get(answer.requestId);
    if (!row) return { kind: 'late' };
    if (row.request.tunnelId !== answer.tunnelId || row.request.owner !== answer.owner) return { kind: 'foreign' };
    if (row.completion) return { kind: 'duplicate', request: row.request };
    row.completion = { outcome: answer.outcome, completedAt: answer.completedAt };
    return { kind: 'completed', request: row.request };
  }

  async store(request: PendingRequest, completion: Completion): Promise<CompletionResult> {
    await this.happens('store');
    const row = this.rows.get(request.requestId);
    if (row && (row.request.tunnelId !== request.tunnelId || row.request.owner !== request.owner)) return { kind: 'foreign' };
    if (row?.completion) return { kind: 'duplicate', request: row.request };
    this.rows.set(request.requestId, { request, completion });
    this.handedToBus.push(request.requestId);
    return { kind: 'completed', request };
  }

  async handToBus(requestId: string): Promise<void> {
    await this.happens('handToBus');
    if (this.rows.get(requestId)?.completion) this.handedToBus.push(requestId);
  }
}
