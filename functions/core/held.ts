/** What a request holds while it is under way, such as its place among the requests in flight. */
export class Held {
  private readonly releases: (() => unknown)[] = [];

  /** @param release is called once, in the order of these calls. It must not reject. */
  until(release: () => unknown): void {
    this.releases.push(release);
  }

  async release(): Promise<void> {
    for (const release of this.releases.splice(0)) await release();
  }
}
