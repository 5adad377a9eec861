/**
 * Hands messages to one reader in the order of their arrival. Messages that arrive before anybody reads are kept, so that an
 * early wake cannot be lost.
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

  /** The next message. Only one call may wait: a second call replaces a first call that has not resolved. */
  next(): Promise<T> {
    const message = this.waiting.shift();
    if (message !== undefined) return Promise.resolve(message);
    return new Promise((resolve) => {
      this.reader = resolve;
    });
  }
}
