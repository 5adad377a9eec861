/** An agent in the lab. */
export interface LabAgent {
  /** The name under which visitors reach its tunnel now. */
  readonly tunnelId: string;
  /** Connects, and resolves when visitors can come, or when it is clear that they cannot come soon. */
  start(): Promise<void>;
  /** Ends, for good. */
  stop(): Promise<void>;
}

/** An agent that does what agents do, on a machine on which things happen. */
export interface HonestAgent extends LabAgent {
  /** Ends at once, and comes back after `forMs`. */
  crash(forMs: number): Promise<void>;
  /** Does nothing for `forMs`. */
  sleep(forMs: number): Promise<void>;
}
