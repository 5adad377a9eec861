/** With more waiting invocations the visitors come more slowly, until fewer wait. */
const MANY = 12;
const FEW = 2;
/** The lab itself does not get the core that it needs when its timer is so late, in ms. */
const LATE_MS = 150;
/** At the beginning, code is compiled and environments start. */
const FIRST = 0.3;
const LEAST = 0.05;

/** Each time that the machine has fallen behind, the cruising share becomes smaller; while it keeps up, the share grows, each second. */
const SMALLER = 0.85;
const LARGER = 1.1;
/** While the machine catches up, so much of the cruising share comes. */
const CATCHING_UP = 0.3;

/**
 * How many visitors come, as a share of the rate that was asked for. Fewer come while this machine has no execution environment for some
 * invocations, or no core for the lab; on AWS that does not happen. A fault that makes requests hang needs many environments for a few
 * seconds: the visitors come slowly for that time, and then as quickly as before. Answers that are late change nothing: in an open
 * model nobody waits for an answer before the next visitor comes.
 */
export class Pace {
  private cruising = FIRST;
  private isBehind = false;

  /** @param waiting how many invocations wait for an execution environment */
  constructor(private readonly waiting: () => number) {}

  get now(): number {
    return Math.max(LEAST, this.isBehind ? this.cruising * CATCHING_UP : this.cruising);
  }

  /** Changes the share. To be called every second. @param lateMs how much later than that it is called */
  look(lateMs: number): void {
    const waiting = this.waiting();
    if (waiting > MANY || lateMs > LATE_MS) {
      if (!this.isBehind) this.cruising = Math.max(LEAST, this.cruising * SMALLER);
      this.isBehind = true;
    } else if (waiting <= FEW) {
      if (!this.isBehind) this.cruising = Math.min(1, this.cruising * LARGER);
      this.isBehind = false;
    }
  }
}
