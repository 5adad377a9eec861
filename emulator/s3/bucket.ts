/** One bucket without versions; what is written can be read at once, also in lists (https://aws.amazon.com/s3/consistency/). */
import type { BucketSpec } from '../specs';
import type { Checksum } from './checksums';

/** The oldest objects make room beyond these: S3 would keep them all, a laptop should not. */
const MAX_OBJECTS = 10_000;
const MAX_BYTES = 256 * 1024 * 1024;

const DAY_MS = 24 * 60 * 60 * 1000;

export interface StoredObject {
  readonly key: string;
  readonly body: Buffer;
  readonly contentType: string;
  /** MD5 in quotes. */
  readonly etag: string;
  readonly checksum?: Checksum;
  /** In ms since the epoch. */
  readonly storedAt: number;
}

/** What a lifecycle has in store for an object. */
export interface Expiry {
  readonly at: number;
  readonly ruleId: string;
}

export class Bucket {
  /** The oldest first. */
  private readonly objects = new Map<string, StoredObject>();
  private bytes = 0;

  /** @param clock  in ms since the epoch */
  constructor(
    readonly spec: BucketSpec,
    private readonly clock: () => number,
  ) {}

  put(object: Omit<StoredObject, 'storedAt'>): StoredObject {
    const stored = { ...object, storedAt: this.clock() };
    this.delete(object.key);
    this.objects.set(object.key, stored);
    this.bytes += object.body.length;
    for (const { key } of this.objects.values()) {
      if (this.objects.size <= MAX_OBJECTS && this.bytes <= MAX_BYTES) break;
      this.delete(key);
    }
    return stored;
  }

  get(key: string): StoredObject | undefined {
    const object = this.objects.get(key);
    return object && this.isExpired(object) ? undefined : object;
  }

  delete(key: string): void {
    this.bytes -= this.objects.get(key)?.body.length ?? 0;
    this.objects.delete(key);
  }

  /** Makes what is there older, for who cannot wait until it is. */
  backdate(ms: number): void {
    for (const [key, object] of this.objects) this.objects.set(key, { ...object, storedAt: object.storedAt - ms });
  }

  /** In the order of S3's lists: by the bytes of their keys in UTF-8. */
  list(): StoredObject[] {
    const live = [...this.objects.values()].filter((object) => !this.isExpired(object));
    return live.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  }

  /**
   * When S3 removes it: days after its creation, rounded up to midnight UTC
   * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html). S3 may take longer; here it is gone on time.
   */
  expiryOf({ key, storedAt }: StoredObject): Expiry | undefined {
    const expiries = this.spec.expirations
      .filter(({ prefix }) => key.startsWith(prefix))
      .map(({ ruleId, days }) => ({ ruleId, at: Math.ceil(storedAt / DAY_MS + days) * DAY_MS }));
    return expiries.sort((a, b) => a.at - b.at)[0];
  }

  private isExpired(object: StoredObject): boolean {
    return (this.expiryOf(object)?.at ?? Infinity) <= this.clock();
  }
}
