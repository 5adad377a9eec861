import type { Environment } from '../environments';
import { physicalName } from '../environments/physical-name';

/** Bucket names must be unique in all of AWS, so the name contains the account and the region. */
export const bodyBucketName = ({ name, accountId, region }: Environment): string =>
  physicalName('bucket', name, `bodies-${accountId}-${region}`);
