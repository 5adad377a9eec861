/**
 * Exponential backoff with full jitter: each wait is drawn evenly from 0 to a ceiling that doubles with every
 * failure, so that agents that lost their connections together do not come back together.
 * Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export class Backoff {
  private failures = 0;

  /** @param random draws from [0, 1), as `Math.random` does */
  constructor(
    private readonly baseMs: number,
    private readonly capMs: number,
    private readonly random: () => number,
  ) {}

  /** How long to wait before the next attempt, in ms. */
  next(): number {
    const ceiling = Math.min(this.capMs, this.baseMs * 2 ** this.failures);
    this.failures += 1;
    return Math.floor(this.random() * ceiling);
  }

  /** Starts over after a successful attempt. */
  reset(): void {
    this.failures = 0;
  }
}
