/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html */
import type { AwsCall } from '../services';
import type { Access } from '../iam/evaluate';
import { keyAccess } from '../kms/key-access';
import type { Place } from '../iam/place';

/** Operations whose action has another name. */
const ACTIONS: Readonly<Record<string, string>> = { HeadObject: 'GetObject', ListObjectsV2: 'ListBucket' };

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html */
const KEY_USE: Readonly<Record<string, readonly string[]>> = { PutObject: ['GenerateDataKey'], GetObject: ['Decrypt'] };

/** The resource is the object or, if there is no key, the bucket. Bucket names are unique: their ARNs have no region and no account. */
export function s3Access({ operation, input }: Pick<AwsCall, 'operation' | 'input'>, place: Place): Access[] {
  const action = ACTIONS[operation] ?? operation;
  const { Bucket: bucket, Key: key } = input as Record<string, string | undefined>;
  const bucketArn = `arn:aws:s3:::${bucket}`;
  const resource = key === undefined ? bucketArn : `${bucketArn}/${key}`;
  return [{ action: `s3:${action}`, resource }, ...keyAccess(bucketArn, place, ...(KEY_USE[action] ?? []))];
}
