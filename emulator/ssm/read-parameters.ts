import type { ParameterSpec } from '../specs';
import type { ResourceReader } from '../terraform/resource-reader';

export function readParameters(reader: ResourceReader): ParameterSpec[] {
  return reader.all('aws_ssm_parameter').map((block) => ({
    address: block.address,
    name: block.text('name'),
    type: block.text('type') === 'SecureString' ? 'SecureString' : 'String',
    value: block.optionalText('value_wo') ?? block.text('value'),
  }));
}
