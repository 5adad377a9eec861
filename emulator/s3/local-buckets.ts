/** The stack's buckets, with the S3 API and with methods for observers. */
import type { ServiceApi } from '../services';
import type { BucketSpec } from '../specs';
import { Bucket } from './bucket';
import { s3Service, type S3Options } from './s3-service';

/** An object without its content. */
export interface ObjectView {
  readonly key: string;
  readonly bytes: number;
  /** In ms since the epoch. */
  readonly storedAt: number;
}

export class LocalBuckets {
  readonly service: ServiceApi;
  private readonly buckets: readonly Bucket[];

  /** @param clock the current time in ms since the epoch */
  constructor(specs: readonly BucketSpec[], { clock = Date.now, ...options }: S3Options & { readonly clock?: () => number } = {}) {
    this.buckets = specs.map((spec) => new Bucket(spec, clock));
    this.service = s3Service(this.buckets, options);
  }

  /** Makes all objects older, for tests that cannot wait. */
  backdate(ms: number): void {
    for (const bucket of this.buckets) bucket.backdate(ms);
  }

  /** The objects of the bucket with this name; without a name, of all buckets. */
  objects(bucketName?: string): readonly ObjectView[] {
    return this.buckets
      .filter(({ spec }) => bucketName === undefined || spec.name === bucketName)
      .flatMap((bucket) => bucket.list())
      .map(({ key, body, storedAt }) => ({ key, bytes: body.length, storedAt }));
  }
}
