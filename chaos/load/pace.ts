/** With more waiting invocations the visitors come more slowly, and with fewer they come more quickly again. */
const MANY = 6;
const FEW = 1;
/** The lab itself does not get the core that it needs when its timer is so late, in ms. */
const LATE_MS = 150;
/** At the beginning, code is compiled and environments start. */
const FIRST = 0.3;
const LEAST = 0.05;

/**
 * How many visitors come, as a share of the rate that was asked for. Fewer come while this machine has no execution environment for some
 * invocations, or no core for the lab; on AWS that does not happen. Answers that are late change nothing: in an open model nobody
 * waits for an answer before the next visitor comes.
 */
export class Pace {
  private share = FIRST;

  /** @param waiting how many invocations wait for an execution environment */
  constructor(private readonly waiting: () => number) {}

  get now(): number {
    return this.share;
  }

  /** Changes the share. To be called every second. @param lateMs how much later than that it is called */
  look(lateMs: number): void {
    const waiting = this.waiting();
    if (waiting > MANY || lateMs > LATE_MS) this.share = Math.max(LEAST, this.share * 0.7);
    else if (waiting <= FEW) this.share = Math.min(1, this.share * 1.15);
  }
}
