/** One bucket without versions. Written objects can be read and listed at once (https://aws.amazon.com/s3/consistency/). */
import type { BucketSpec } from '../specs';
import type { Checksum } from './checksums';

/** Limits of a bucket, to save memory. Beyond them the oldest objects are dropped; S3 would keep all objects. */
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

/** When a lifecycle rule removes an object. */
export interface Expiry {
  readonly at: number;
  readonly ruleId: string;
}

export class Bucket {
  /** Oldest first. */
  private readonly objects = new Map<string, StoredObject>();
  private bytes = 0;

  /** @param clock the current time in ms since the epoch */
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

  /** Makes all objects older, for tests that cannot wait. */
  backdate(ms: number): void {
    for (const [key, object] of this.objects) this.objects.set(key, { ...object, storedAt: object.storedAt - ms });
  }

  /** All objects in the order of S3's lists: by the UTF-8 bytes of their keys. */
  list(): StoredObject[] {
    const live = [...this.objects.values()].filter((object) => !this.isExpired(object));
    return live.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  }

  /**
   * When S3 removes an object: some days after its creation, rounded up to midnight UTC. S3 may remove it later; this bucket
   * removes it on time. https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
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
