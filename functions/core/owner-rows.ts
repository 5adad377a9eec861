/**
 * Rows of the tunnels table that belong to an owner and not to a tunnel. Their keys begin with `#`, which no tunnel's name does.
 * Each entry of such a row is an attribute of its own, so that writers do not disturb each other and may repeat a write.
 */
import { forgottenAt, type OwnersConnection } from './owner-limits';

/** The owner's requests in flight (in-flight.ts). An entry is the time of arrival, in ms since the epoch. */
export const IN_FLIGHT_PREFIX = '#in-flight/';
/** The owner's connections (owner-limits.ts). An entry is an `OwnersConnection`. */
export const CONNECTIONS_PREFIX = '#connections/';

/** Prefix of the attributes that are entries. */
export const ENTRY_PREFIX = 'e:';

export interface OwnerRow {
  readonly tunnelId: string;
  /** When every entry of the row has expired, in ms since the epoch. */
  readonly emptyBy: number;
  readonly [attribute: string]: unknown;
}

/** No request is in flight for longer, or needs a body for longer, in ms: longer than the longest deadline. */
export const REQUEST_LIFE_MS = 60_000;

export const isOwnerRow = (row: object): row is OwnerRow => 'emptyBy' in row;

/** The entries of a row by the names of their attributes; none if there is no row. */
export function entriesOf<T>(row: Readonly<Record<string, unknown>> | undefined): [name: string, entry: T][] {
  return Object.entries(row ?? {}).filter(([name]) => name.startsWith(ENTRY_PREFIX)) as [string, T][];
}

/** Names of the entries that had expired before `now`: their writers were killed, or nobody looks at them any more. */
export function expiredEntries(row: OwnerRow, now: number): string[] {
  const expiresAt = (entry: number | OwnersConnection): number =>
    typeof entry === 'number' ? entry + REQUEST_LIFE_MS : forgottenAt(entry);
  return entriesOf<number | OwnersConnection>(row)
    .filter(([, entry]) => expiresAt(entry) < now)
    .map(([name]) => name);
}
