/**
 * Hands messages to one reader in the order they came. What is delivered before anybody reads is kept: this is what makes
 * a wake that arrives early impossible to lose.
 */
export class Mailbox<T> {
  private readonly waiting: T[] = [];
  private reader: ((message: T) => void) | undefined;

  deliver(message: T): void {
    const reader = this.reader;
    if (!reader) {
      this.waiting.push(message);
      return;
    }
    this.reader = undefined;
    reader(message);
  }

  /** The next message. One call at a time: a second one before the first has resolved takes its place. */
  next(): Promise<T> {
    const message = this.waiting.shift();
    if (message !== undefined) return Promise.resolve(message);
    return new Promise((resolve) => {
      this.reader = resolve;
    });
  }
}
