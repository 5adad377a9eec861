import type { BucketSpec } from '../specs';
import type { Block } from '../terraform/block';
import type { ResourceReader } from '../terraform/resource-reader';
import { TerraformError } from '../terraform/terraform-error';

/** Actions of lifecycle rules that the local cloud does not run. */
const UNSUPPORTED = ['transition', 'noncurrent_version_expiration', 'noncurrent_version_transition', 'prefix'];

export function readBuckets(reader: ResourceReader): BucketSpec[] {
  const lifecycles = reader.all('aws_s3_bucket_lifecycle_configuration');
  return reader.all('aws_s3_bucket').map((block) => {
    const name = block.text('bucket');
    const lifecycle = lifecycles.find((candidate) => candidate.text('bucket') === name);
    return {
      address: block.address,
      name,
      arn: reader.computed(block, 'arn'),
      expirations: lifecycle?.blocks('rule').flatMap(expirationOf) ?? [],
    };
  });
}

/** The expiration of a rule. Empty for a disabled rule, and for a rule about multipart uploads, which are not emulated. */
function expirationOf(rule: Block): BucketSpec['expirations'] {
  const days = rule.block('expiration')?.optionalNumber('days');
  const unsupported = UNSUPPORTED.find((name) => rule.has(name));
  if (unsupported !== undefined)
    throw new TerraformError(`${rule.address} has ${unsupported}, which the local cloud does not support; use expiration and filter`);
  if (rule.has('expiration') && days === undefined)
    throw new TerraformError(`${rule.address} has an expiration without days: the local cloud supports only days`);
  if (days === undefined || rule.text('status') !== 'Enabled') return [];
  const filter = rule.block('filter');
  const other = ['tag', 'and', 'object_size_greater_than', 'object_size_less_than'].find((name) => filter?.has(name));
  if (other !== undefined) throw new TerraformError(`${rule.address} filters by ${other}: the local cloud supports only prefix`);
  return [{ ruleId: rule.text('id'), prefix: filter?.optionalText('prefix') ?? '', days }];
}
