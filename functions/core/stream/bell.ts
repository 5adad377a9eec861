import { OVER, type Clock } from '../clock';

/** Wakes one waiter. A ring that nobody waits for is kept. */
export class Bell {
  private hasRung = false;
  private hear: (() => void) | undefined;

  ring(): void {
    this.hasRung = true;
    this.hear?.();
  }

  /** Resolves at the next ring, or after `ms`. */
  async wait(clock: Clock, ms: number): Promise<void> {
    if (!this.hasRung) {
      const heard = new AbortController();
      this.hear = () => heard.abort(OVER);
      await clock.sleep(ms, heard.signal);
      this.hear = undefined;
    }
    this.hasRung = false;
  }
}
