import type { Ticket, TicketSealer } from '../core/ticket';
import { parseTicketKeys, type TicketKeys } from '../core/ticket-keys';
import { sealTicket } from '../ticket-seal';

/**
 * The key with which an execution environment seals tickets, as the last look-up has read it (tunnels-table.ts). Without a key, or when the
 * keys could not be read for `staleMs`, requests have rows. `staleMs` is far shorter than the life of a key, so that a ticket is always
 * sealed with one of the two keys that open.
 */
export class SealingKeys implements TicketSealer {
  private keys: TicketKeys | undefined;
  private goodAt = -Infinity;

  /** @param options.now wall clock in ms since the epoch, because an environment must notice the time of a freeze */
  constructor(private readonly options: { readonly staleMs: number; readonly now: () => number }) {}

  /** Takes the row that was read; `undefined`: there is none. */
  heard(row: object | undefined): void {
    this.keys = parseTicketKeys(row);
    this.goodAt = this.options.now();
  }

  seal(ticket: Ticket): string | undefined {
    if (!this.keys || this.options.now() - this.goodAt > this.options.staleMs) return undefined;
    return sealTicket(ticket, this.keys.newest);
  }
}
