import { LruMap } from 'toad-cache';

/** Who has sent a message. */
export interface Sender {
  readonly owner: string;
  readonly connectionId: string;
}

/**
 * How many messages that serve no waiting visitor one connection may send. An agent in use sends few of them: one `ready`, a ping
 * every few minutes, and answers that are too late.
 */
export interface MessageAllowance {
  /** Messages that may come at once. */
  readonly burst: number;
  readonly perSecond: number;
}

/** An owner may have several agents, and has this many allowances. */
const OWNER_SHARES = 2;

/** How many senders are remembered. Above this number, the sender that was quiet for longest is forgotten. */
const SENDERS = 2000;

/**
 * Limits the messages that answer no waiting request, by connection and by owner (generic cell rate algorithm, the virtual scheduling
 * form: https://www.itu.int/rec/T-REC-I.371, annex A). Each execution environment counts what it handles itself: Lambda gives a flood
 * as many environments as it needs, and each of them limits its own share.
 * @param now wall clock, in ms since the epoch
 * @param allowance of a connection
 */
export class MessageBudget {
  /** When each sender's messages would have been sent at the rate `perSecond`, in ms since the epoch. */
  private readonly paidUntil = new LruMap<number>(SENDERS);

  constructor(
    private readonly now: () => number,
    private readonly allowance: MessageAllowance,
  ) {}

  /** Whether the sender has used up a budget, so that its messages are no longer handled. */
  isSpent(sender: Sender): boolean {
    const { burst, perSecond } = this.allowance;
    return budgetsOf(sender).some(({ key }) => (this.paidUntil.get(key) ?? 0) - this.now() >= (burst * 1000) / perSecond);
  }

  /** Takes one message from the budgets of its sender. */
  spend(sender: Sender): void {
    for (const { key, shares } of budgetsOf(sender)) {
      const price = 1000 / (this.allowance.perSecond * shares);
      this.paidUntil.set(key, Math.max(this.paidUntil.get(key) ?? 0, this.now()) + price);
    }
  }
}

const budgetsOf = ({ owner, connectionId }: Sender) => [
  { key: `connection ${connectionId}`, shares: 1 },
  { key: `owner ${owner}`, shares: OWNER_SHARES },
];
