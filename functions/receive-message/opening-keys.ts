import type { Ticket, TicketOpener } from '../core/ticket';
import { keyById, type TicketKeys, type TicketKeyStore } from '../core/ticket-keys';
import { keyIdOf, openTicket } from '../ticket-seal';

/** Age at which the keys are read again, in ms: keys that an operator has removed open nothing after this time. */
const REFRESH_MS = 60_000;
/**
 * Least time between two reads, in ms. A ticket whose key is unknown causes a read, because `sweep` may just have made the key. Agents can
 * send any number of such tickets.
 */
const READ_AGAIN_MS = 1000;

export interface OpeningKeysOptions {
  readonly store: Pick<TicketKeyStore, 'read'>;
  /** Wall clock in ms since the epoch, because an environment must notice the time of a freeze. */
  readonly now: () => number;
  readonly onUnreadable: (error: unknown) => void;
}

/** The keys with which an execution environment opens tickets. It reads them when it first needs them. */
export class OpeningKeys implements TicketOpener {
  private keys: TicketKeys | undefined;
  private readAt = -Infinity;
  private reading: Promise<void> | undefined;

  constructor(private readonly options: OpeningKeysOptions) {}

  async open(sealed: string): Promise<Ticket | undefined> {
    const isKnown = keyById(this.keys, keyIdOf(sealed)) !== undefined;
    if (this.age >= (isKnown ? REFRESH_MS : READ_AGAIN_MS)) await (this.reading ??= this.read());
    return openTicket(sealed, this.keys);
  }

  private get age(): number {
    return Math.abs(this.options.now() - this.readAt);
  }

  /** Keys that cannot be read leave the known ones in use. */
  private async read(): Promise<void> {
    try {
      this.keys = (await this.options.store.read()).keys;
    } catch (error) {
      this.options.onUnreadable(error);
    } finally {
      this.readAt = this.options.now();
      this.reading = undefined;
    }
  }
}
