import type { StreamViewType, TableSpec } from '../../emulator/specs';

const ARN = 'arn:aws:dynamodb:eu-central-1:123456789012:table';

/** A table with the string key `id`. */
export function tableWithoutStream(name: string, more: Partial<TableSpec> = {}): TableSpec {
  return {
    address: `aws_dynamodb_table.${name}`,
    name,
    arn: `${ARN}/${name}`,
    hashKey: 'id',
    attributes: [{ name: 'id', type: 'S' }],
    ...more,
  };
}

export function tableWithStream(
  name: string,
  viewType: StreamViewType = 'NEW_AND_OLD_IMAGES',
  more: Partial<TableSpec> = {},
): TableSpec & { readonly stream: NonNullable<TableSpec['stream']> } {
  const stream = { arn: `${ARN}/${name}/stream/2026-01-01T00:00:00.000`, viewType };
  return { ...tableWithoutStream(name, more), stream };
}
