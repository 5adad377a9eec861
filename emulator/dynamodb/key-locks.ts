/** Runs one piece of work at a time for each key, in the order of the calls. */
export class KeyLocks {
  /** By key: a promise for the end of the work that asked last. */
  private readonly tails = new Map<string, Promise<void>>();

  /**
   * Runs the work when all of its keys are free. All keys are requested at the same moment, so two calls with the same
   * keys in different order cannot deadlock.
   */
  hold<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    const free = Promise.all(keys.map((key) => this.tails.get(key) ?? Promise.resolve()));
    const result = free.then(work);
    const tail: Promise<void> = result.then(ignore, ignore).then(() => this.release(keys, tail));
    for (const key of keys) this.tails.set(key, tail);
    return result;
  }

  private release(keys: readonly string[], tail: Promise<void>): void {
    for (const key of keys) if (this.tails.get(key) === tail) this.tails.delete(key);
  }
}

const ignore = (): void => undefined;
