import { MAX_CONNECTION_MS } from '../protocol';

/** Timeouts and intervals of the protocol, all in ms. */
export interface Timing {
  /** After this long without `connection_established`, `ready` is sent once more. */
  readonly readyRetryMs: number;
  /** Time between pings. API Gateway closes a connection that was idle for ten minutes. */
  readonly pingIntervalMs: number;
  /** After a ping, some message must have come within this time. */
  readonly pongTimeoutMs: number;
  /**
   * Age at which a connection is replaced. The age is shortened by a random part of up to a tenth, so that agents do not all reconnect
   * together.
   */
  readonly rotateAfterMs: number;
  /** How long a replaced connection stays open for requests that were sent to it meanwhile. */
  readonly lingerMs: number;
  /** The same for an agent that stops, after the agent has sent `draining`. */
  readonly stopLingerMs: number;
  /** When an agent stops, how long it waits for the acknowledgement of its last answers, and for questions for them. */
  readonly lastAckMs: number;
  /** How long a message from the cloud may be on its way: a question for an answer, or the acknowledgement of an answer that crossed it. */
  readonly onTheWayMs: number;
  /** First wait before an unacknowledged answer is sent again; doubles each time. */
  readonly resendMs: number;
  /** First and longest ceiling of the wait between connection attempts. */
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
  /** A connection that lasted this long starts the backoff over. */
  readonly stableAfterMs: number;
  /** How long a closing handshake may take before the socket is cut. */
  readonly closeMs: number;
}

export const DEFAULT_TIMING: Timing = {
  readyRetryMs: 2000,
  pingIntervalMs: 5 * 60 * 1000,
  pongTimeoutMs: 10_000,
  rotateAfterMs: MAX_CONNECTION_MS - 10 * 60 * 1000,
  lingerMs: 5000,
  stopLingerMs: 250,
  lastAckMs: 5000,
  onTheWayMs: 250,
  resendMs: 2000,
  backoffBaseMs: 500,
  backoffCapMs: 30_000,
  stableAfterMs: 30_000,
  closeMs: 2000,
};
