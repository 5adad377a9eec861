import { expiredEntries, isOwnerRow, REQUEST_LIFE_MS, type OwnerRow } from './owner-rows';
import { bucketOf } from './rollout';

/** What sweep reads of a tunnel's row. */
export interface SweptTunnel {
  readonly tunnelId: string;
  readonly owner: string;
  readonly leaseExpiresAt: number;
  readonly connectionId?: string;
  /** The lease of that connection. Rows that older code has written have none. */
  readonly connectionLease?: string;
}

/** Finds and removes what a crash may leave behind. */
export interface SweepStore {
  /** Pending rows whose deadline passed before `now`, in ms since the epoch. */
  expiredRequests(now: number): AsyncIterable<string>;
  /** Removes the row, if its deadline passed before `now`. */
  removeRequest(requestId: string, now: number): Promise<boolean>;
  /** Rows of tunnels, and rows that belong to owners (owner-rows.ts). */
  tunnelRows(): AsyncIterable<SweptTunnel | OwnerRow>;
  /** Removes the tunnel, if its lease ran out before `now`. */
  removeTunnel(tunnelId: string, now: number): Promise<boolean>;
  /** Removes the row, if all its entries had expired before `now`. */
  removeOwnerRow(row: OwnerRow, now: number): Promise<boolean>;
  removeEntries(row: OwnerRow, names: readonly string[]): Promise<void>;
  /** Keys of bodies that were put before `time`, in ms since the epoch. */
  bodiesBefore(time: number): AsyncIterable<string>;
  removeBody(key: string): Promise<void>;
  connectionExists(connectionId: string): Promise<boolean>;
  releaseConnection(tunnel: SweptTunnel, connectionId: string, now: number): Promise<boolean>;
}

export interface SweepResult {
  requests: number;
  tunnels: number;
  bodies: number;
  connections: number;
}

/** Time after the deadline in which a waiter still removes its own row, in ms. */
const WAITER_MARGIN_MS = 5000;

/** Each tunnel's connection is checked once in this many runs: `$disconnect` is best effort, but is rarely missed. */
const CONNECTION_CHECK_RUNS = 10;

export interface SweepRun {
  /** Number of this run; it grows by one with each run. */
  readonly run: number;
  /** How long a name is kept for its last owner after its lease, in ms. */
  readonly nameCooldownMs: number;
}

/** Removes what a crash has left behind, and counts what was removed. */
export async function sweep(store: SweepStore, now: number, { run, nameCooldownMs }: SweepRun): Promise<SweepResult> {
  const removed: SweepResult = { requests: 0, tunnels: 0, connections: 0, bodies: 0 };
  const overdue = now - WAITER_MARGIN_MS;
  for await (const requestId of store.expiredRequests(overdue)) {
    if (await store.removeRequest(requestId, overdue)) removed.requests++;
  }
  for await (const key of store.bodiesBefore(now - REQUEST_LIFE_MS)) {
    await store.removeBody(key);
    removed.bodies++;
  }
  for await (const row of store.tunnelRows()) {
    if (isOwnerRow(row)) await sweepOwnerRow(store, row, overdue);
    else await sweepTunnel(row);
  }
  return removed;

  async function sweepTunnel(tunnel: SweptTunnel): Promise<void> {
    const { tunnelId, connectionId, leaseExpiresAt } = tunnel;
    const cooled = now - nameCooldownMs;
    if (leaseExpiresAt < cooled) {
      if (await store.removeTunnel(tunnelId, cooled)) removed.tunnels++;
      return;
    }
    if (connectionId === undefined || (bucketOf(tunnelId) + run) % CONNECTION_CHECK_RUNS !== 0) return;
    if (await store.connectionExists(connectionId)) return;
    if (await store.releaseConnection(tunnel, connectionId, now)) removed.connections++;
  }
}

/** Removes a row whose entries have all expired, or the expired entries of a row that is in use. */
async function sweepOwnerRow(store: SweepStore, row: OwnerRow, overdue: number): Promise<void> {
  if (row.emptyBy < overdue && (await store.removeOwnerRow(row, overdue))) return;
  const expired = expiredEntries(row, overdue);
  if (expired.length > 0) await store.removeEntries(row, expired);
}
