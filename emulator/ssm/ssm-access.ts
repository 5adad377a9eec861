/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html */
import type { AwsCall } from '../services';
import type { Access } from '../iam/evaluate';
import { keyAccess } from '../kms/key-access';
import type { Place } from '../iam/place';

/**
 * The rights to read parameters. Reading with decryption also needs the right to the key:
 * https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
 */
export function ssmAccess({ operation, input }: Pick<AwsCall, 'operation' | 'input'>, place: Place): Access[] {
  const action = `ssm:${operation}`;
  const { Name: name, Names: names, WithDecryption: decrypted } = input;
  const all = (Array.isArray(names) ? (names as unknown[]) : [name]).filter((each) => typeof each === 'string');
  if (all.length === 0) return [{ action, resource: '*' }];
  return all.flatMap((each) => {
    const resource = place.arn('ssm', `parameter/${each.replace(/^\//, '')}`);
    return [{ action, resource }, ...(decrypted === true ? keyAccess(resource, place, 'Decrypt') : [])];
  });
}
