/**
 * Remembers the ids of requests, so that a request delivered twice reaches the local service once. Holds only the last `capacity` ids: the
 * cloud repeats a request within its deadline or not at all.
 */
export class SeenRequests {
  private readonly ids = new Set<string>();

  constructor(private readonly capacity = 10_000) {}

  /** Notes an id; false when the id was there already. */
  add(requestId: string): boolean {
    if (this.ids.has(requestId)) return false;
    this.ids.add(requestId);
    if (this.ids.size > this.capacity) this.forgetOldest();
    return true;
  }

  private forgetOldest(): void {
    for (const oldest of this.ids) {
      this.ids.delete(oldest);
      return;
    }
  }
}
