import { entriesOf, IN_FLIGHT_PREFIX } from '../../functions/core/owner-rows';
import { TICKET_KEYS_ID } from '../../functions/core/ticket-keys';
import { ENVIRONMENT_ID } from '../../functions/core/probe-grace';

/** What is still there after all visitors have their answers, all agents have gone, and sweep has run. */

export interface LeftOver {
  /** Rows of pending requests. */
  readonly rows: number;
  /** Rows of tunnels, of owners, or of anything else that belongs neither to the rollout nor to the environment. */
  readonly tunnels: number;
  /** Requests that a row still counts as in flight, before the agents have gone. */
  readonly counts: number;
  readonly bodies: number;
  /** Requests at the local services that have not ended. */
  readonly open: number;
  /** Streams of which this project's agents keep something. */
  readonly streams: number;
  /** Connections of agents, and connections of waiters that no execution environment holds. */
  readonly connections: number;
  /** Invocations without an answer. */
  readonly invocations: number;
  /** Processes that have survived the end of the cloud. */
  readonly processes: number;
}

type Row = Readonly<Record<string, unknown>>;

/** Keys of the items that stay begin so: the rollout's item and its records, and the environment's item. */
const STAYING = ['#rollout', ENVIRONMENT_ID, TICKET_KEYS_ID];

/** A row of the tunnels table that ought to be gone. */
export const isLeft = (row: Row): boolean => !STAYING.some((key) => String(row['tunnelId']).startsWith(key));

/**
 * How many requests a row of the tunnels table counts as in flight (functions/core/in-flight.ts).
 * @param now in ms since the epoch: entries whose deadline is over count no more
 */
export function countedIn(row: Row, now: number, deadlineMs: number): number {
  if (!String(row['tunnelId']).startsWith(IN_FLIGHT_PREFIX)) return 0;
  return entriesOf<number>(row).filter(([, arrivedAt]) => now - arrivedAt <= deadlineMs).length;
}

export const NOTHING: LeftOver = {
  rows: 0,
  tunnels: 0,
  counts: 0,
  bodies: 0,
  open: 0,
  streams: 0,
  connections: 0,
  invocations: 0,
  processes: 0,
};

export const totalOf = (leftOver: LeftOver): number => Object.values({ ...leftOver }).reduce((sum, each) => sum + each, 0);
