import { createHash } from 'node:crypto';
import type { CloudService } from '../cloud-service';
import type { AttributeSource } from '../terraform/computed-attributes';

export const kms: CloudService<object, object, object> = {
  attributes: { aws_kms_key: { arn: (key) => key.arn('kms', `key/${keyId(key)}`), id: keyId, key_id: keyId } },
  withoutEffect: {
    aws_kms_key: 'the local cloud does not encrypt data and does not read key policies; it checks only whether a role may use a key',
  },
  start: () => ({}),
};

/** KMS's ids are UUIDs. Here they depend on the address only. */
function keyId({ address }: AttributeSource): string {
  return createHash('sha256')
    .update(address)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
