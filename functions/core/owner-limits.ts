/** What one owner's agents may use of what all owners share. */
import type { AgentIdentity } from './tunnel';

/** A connection of one of the owner's agents. */
export interface OwnersConnection {
  readonly tunnelId: string;
  /** When the connection was opened, in ms since the epoch. */
  readonly since: number;
  /** When the connection ends at the latest, in ms since the epoch; `ENDED` when it has ended. */
  readonly until: number;
}

/** What is known of an owner's agents. */
export interface OwnersAgents {
  readonly connections: readonly OwnersConnection[];
  /** Until then no agent of the owner may connect, in ms since the epoch: one of them has sent too many messages. */
  readonly refusedUntil?: number;
}

/** Keeps which connections each owner's agents have. */
export interface OwnerConnections {
  /**
   * Counts a new connection. It counts for a minute, or until its end if it is in use by then.
   * @returns why the connection is refused; undefined if it is not. A refused connection is not counted.
   */
  open(identity: AgentIdentity, now: number): Promise<string | undefined>;
  /** The connection serves its tunnel: it counts until its end. */
  use(identity: AgentIdentity, now: number): Promise<void>;
  close(connection: Pick<AgentIdentity, 'owner' | 'lease'>): Promise<void>;
  /** Refuses new connections of the owner for a minute. */
  refuse(owner: string, now: number): Promise<void>;
}

/** `until` of a connection that has ended. */
export const ENDED = 0;
/** How long a connection may take from `$connect` to `ready`, in ms. Agents take less than a second. */
export const READY_MS = 60_000;
/** Period over which new connections are counted, in ms. */
const CONNECTS_PERIOD_MS = 60_000;
/** How long an owner's agents are refused after one of them was closed for its messages, in ms. */
export const REFUSAL_MS = 60_000;
/** New connections in a period that every owner has, however few tunnels. */
const MIN_CONNECTS = 20;

/** How many connections an owner may open in a period: each agent once, and once more, because all of them may lose their connection. */
export const maxConnects = (maxTunnels: number): number => MIN_CONNECTS + 2 * maxTunnels;

/**
 * Why the owner's newest connection is refused; undefined if it is not.
 * @param agents with that connection
 * @param maxTunnels how many tunnels of one owner may have a connection at once
 */
export function refusalOf({ connections, refusedUntil = 0 }: OwnersAgents, now: number, maxTunnels: number): string | undefined {
  if (refusedUntil > now) {
    const seconds = Math.ceil((refusedUntil - now) / 1000);
    return `an agent of this owner was closed because it sent too many messages that answer no request: connect again in ${seconds} s`;
  }
  const connects = connections.filter(({ since }) => since > now - CONNECTS_PERIOD_MS).length;
  if (connects > maxConnects(maxTunnels)) {
    return `agents of this owner connect more than ${maxConnects(maxTunnels)} times a minute: connect again in a minute`;
  }
  const tunnels = new Set(connections.filter(({ until }) => until > now).map(({ tunnelId }) => tunnelId));
  if (tunnels.size > maxTunnels) return `agents of this owner have ${maxTunnels} tunnels already, which is the limit: close one of them`;
  return undefined;
}

/** When the entry of a connection is of no more use, in ms since the epoch. */
export const forgottenAt = ({ since, until }: OwnersConnection): number => Math.max(until, since + CONNECTS_PERIOD_MS);
