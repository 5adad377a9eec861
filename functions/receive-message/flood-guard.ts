import { FifoMap } from 'toad-cache';
import type { Clock } from '../core/clock';
import { MessageBudget, type MessageAllowance, type Sender } from '../core/message-budget';
import type { OwnerConnections } from '../core/owner-limits';

/** How many closed connections are remembered: their last messages still come for a moment. */
const CLOSED = 1000;

export interface FloodGuardOptions {
  readonly clock: Clock;
  readonly allowance: MessageAllowance;
  readonly owners: Pick<OwnerConnections, 'refuse'>;
  /** Tells the agent why its connection ends, and ends the connection. Never rejects. */
  readonly close: (connectionId: string) => Promise<void>;
  readonly onFailure: (error: unknown) => void;
}

/**
 * Keeps agents that flood from taking the capacity that brings other owners' answers. An agent whose budget is spent is closed, and
 * agents of its owner are refused for a minute. What it still sends is dropped without a call.
 */
export class FloodGuard {
  private readonly budget: MessageBudget;
  private readonly closed = new FifoMap<true>(CLOSED);

  constructor(private readonly options: FloodGuardOptions) {
    this.budget = new MessageBudget(options.clock.now, options.allowance);
  }

  /**
   * Handles a message, unless its sender floods.
   * @param handle returns whether the message answered a waiting request; such messages cost nothing
   */
  async admit(from: Sender, handle: () => Promise<boolean>): Promise<void> {
    if (this.closed.get(from.connectionId)) return;
    if (this.budget.isSpent(from)) return this.shutOut(from);
    let answered = false;
    try {
      answered = await handle();
    } finally {
      if (!answered) this.budget.spend(from);
    }
  }

  private async shutOut({ owner, connectionId }: Sender): Promise<void> {
    const { owners, close, clock, onFailure } = this.options;
    this.closed.set(connectionId, true);
    await Promise.all([owners.refuse(owner, clock.now()).catch(onFailure), close(connectionId)]);
  }
}
