import type { Block } from '../terraform/block';
import type { ResourceReader } from '../terraform/resource-reader';
import { TerraformError } from '../terraform/terraform-error';

/** The ARN of an encrypted resource, and the ARN of the key that encrypts it. */
export type EncryptionKey = readonly [resourceArn: string, keyArn: string];

/**
 * The customer managed KMS key that an attribute names; none if AWS manages the key (`alias/aws/…`), which needs no right of a caller.
 * @param key the value of the attribute
 * @param encrypted the resource that the key encrypts, if it is not the block with the attribute
 * @throws TerraformError for a key that is named by its id or alias
 */
export function encryptionKey(
  reader: ResourceReader,
  { block, attribute, key, encrypted = block }: { block: Block; attribute: string; key: string | undefined; encrypted?: Block },
): EncryptionKey[] {
  if (key === undefined || key.startsWith('alias/aws/')) return [];
  if (!/^arn:[^:]+:kms:[^:]*:[^:]*:key\//.test(key)) {
    throw new TerraformError(
      `${block.address}.${attribute} is ${key}: use the ARN of the key, so that the local cloud can check the right to use the key`,
    );
  }
  return [[reader.computed(encrypted, 'arn'), key]];
}

/** The keys of all resources of a type that name their key in one attribute. */
export const encryptionKeysOf = (reader: ResourceReader, type: string, attribute: string): EncryptionKey[] =>
  reader.all(type).flatMap((block) => encryptionKey(reader, { block, attribute, key: block.optionalText(attribute) }));
