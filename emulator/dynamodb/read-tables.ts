import type { StreamViewType, TableSpec } from '../specs';
import type { ResourceReader } from '../terraform/resource-reader';
import { TerraformError } from '../terraform/terraform-error';

export function readTables(reader: ResourceReader): TableSpec[] {
  return reader.all('aws_dynamodb_table').map((block) => {
    const rangeKey = block.optionalText('range_key');
    const ttl = block.block('ttl');
    for (const unsupported of ['global_secondary_index', 'local_secondary_index', 'replica']) {
      if (block.has(unsupported))
        throw new TerraformError(`${block.address} has a ${unsupported} block, which the local cloud does not support: remove the block`);
    }
    return {
      address: block.address,
      name: block.text('name'),
      arn: reader.computed(block, 'arn'),
      hashKey: block.text('hash_key'),
      ...(rangeKey !== undefined && { rangeKey }),
      attributes: block.blocks('attribute').map((attribute) => ({
        name: attribute.text('name'),
        type: attribute.text('type') as 'S' | 'N' | 'B',
      })),
      ...(ttl?.flag('enabled') && { ttlAttribute: ttl.text('attribute_name') }),
      ...(block.flag('stream_enabled') && {
        stream: { arn: reader.computed(block, 'stream_arn'), viewType: block.text('stream_view_type') as StreamViewType },
      }),
    };
  });
}
