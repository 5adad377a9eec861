import { FifoMap } from 'toad-cache';

/**
 * Remembers the ids of requests, so that a request delivered twice reaches the local service once. Holds only the last `capacity` ids: the
 * cloud repeats a request within its deadline or not at all.
 */
export class SeenRequests {
  private readonly ids: FifoMap<true>;

  constructor(capacity = 10_000) {
    this.ids = new FifoMap(capacity);
  }

  /** Notes an id; false when the id was there already. */
  add(requestId: string): boolean {
    if (this.ids.get(requestId)) return false;
    this.ids.set(requestId, true);
    return true;
  }
}
