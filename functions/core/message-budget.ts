import { LruMap } from 'toad-cache';

/** Who has sent a message. */
export interface Sender {
  readonly owner: string;
  readonly connectionId: string;
}

interface Budget {
  /** Messages that may come at once. */
  readonly burst: number;
  readonly perSecond: number;
}

/**
 * An agent in use sends few messages that answer no waiting request: one `ready`, a ping every few minutes, and answers that are too
 * late. `burst` is the number of requests that one owner may have in flight in `prod`, because all of them may be answered too late.
 * `perSecond` bounds what a sender can take of an execution environment for good: 10 messages of about 12 ms are 12 % of its time.
 */
const CONNECTION: Budget = { burst: 200, perSecond: 10 };
/** An owner may have several agents. */
const OWNER: Budget = { burst: 400, perSecond: 20 };

/** How many senders are remembered. Above this number, the sender that was quiet for longest is forgotten. */
const SENDERS = 2000;

/**
 * Limits the messages that answer no waiting request, by connection and by owner (generic cell rate algorithm, the virtual scheduling
 * form: https://www.itu.int/rec/T-REC-I.371, annex A). Each execution environment counts what it handles itself: Lambda gives a flood
 * as many environments as it needs, and each of them limits its own share.
 * @param now wall clock, in ms since the epoch
 */
export class MessageBudget {
  /** When each sender's messages would have been sent at the rate `perSecond`, in ms since the epoch. */
  private readonly paidUntil = new LruMap<number>(SENDERS);

  constructor(private readonly now: () => number) {}

  /** Whether the sender has used up a budget, so that its messages are no longer handled. */
  isSpent({ owner, connectionId }: Sender): boolean {
    return this.exceeds(connectionKey(connectionId), CONNECTION) || this.exceeds(ownerKey(owner), OWNER);
  }

  /** Takes one message from the budgets of its sender. */
  spend({ owner, connectionId }: Sender): void {
    this.pay(connectionKey(connectionId), CONNECTION);
    this.pay(ownerKey(owner), OWNER);
  }

  private exceeds(key: string, { burst, perSecond }: Budget): boolean {
    return (this.paidUntil.get(key) ?? 0) - this.now() >= (burst * 1000) / perSecond;
  }

  private pay(key: string, { perSecond }: Budget): void {
    this.paidUntil.set(key, Math.max(this.paidUntil.get(key) ?? 0, this.now()) + 1000 / perSecond);
  }
}

const connectionKey = (connectionId: string): string => `connection ${connectionId}`;
const ownerKey = (owner: string): string => `owner ${owner}`;
