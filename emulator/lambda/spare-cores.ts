/** Tells whether the machine has a spare core, from the idle time of its cores since the last measurement. */
import os from 'node:os';

/** A measurement over a shorter time is not exact, because the kernel counts in steps of 10 ms. In ms. */
const SHORTEST_LOOK_MS = 100;
/** A measurement over a longer time says nothing about the current load. In ms. */
const LONGEST_LOOK_MS = 1000;
/** Share of one core that must have been idle. */
const SPARE_SHARE = 0.5;

export interface SpareCoresOptions {
  /** In ms of any clock. */
  readonly now: () => number;
  /** How long the cores were idle since the machine started, of all cores together, in ms. */
  readonly idleMs: () => number;
}

const THIS_MACHINE: SpareCoresOptions = {
  now: () => performance.now(),
  idleMs: () => os.cpus().reduce((sum, { times }) => sum + times.idle, 0),
};

export class SpareCores {
  private lookedAt = -Infinity;
  private idleMs = 0;
  private spare = true;

  constructor(private readonly machine: SpareCoresOptions = THIS_MACHINE) {}

  /** Also true when the last measurement is too old: on a machine at rest, environments start at once. */
  hasSpareCore(): boolean {
    const now = this.machine.now();
    const elapsedMs = now - this.lookedAt;
    if (elapsedMs >= SHORTEST_LOOK_MS) {
      const idleMs = this.machine.idleMs();
      this.spare = elapsedMs > LONGEST_LOOK_MS || (idleMs - this.idleMs) / elapsedMs >= SPARE_SHARE;
      this.idleMs = idleMs;
      this.lookedAt = now;
    }
    return this.spare;
  }
}
