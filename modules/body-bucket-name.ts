import type { Environment } from '../environments';
import { physicalName } from '../environments/physical-name';

/** Names of buckets are those of all of AWS, so account and region stand in it. */
export const bodyBucketName = ({ name, accountId, region }: Environment): string =>
  physicalName('bucket', name, `bodies-${accountId}-${region}`);
