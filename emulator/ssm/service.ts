import type { CloudService } from '../cloud-service';
import { encryptionKeysOf } from '../kms/read-encryption-key';
import type { CloudSpec } from '../specs';
import { readParameters } from './read-parameters';
import { ssmAccess } from './ssm-access';
import { ssmService } from './ssm-service';

/** Parameter Store. */
export const ssm: CloudService<Pick<CloudSpec, 'parameters'>, object, object> = {
  attributes: { aws_ssm_parameter: { arn: ({ arn, own }) => arn('ssm', `parameter/${own('name').replace(/^\//, '')}`) } },
  access: { ssm: ssmAccess },
  read: (reader) => ({ parameters: readParameters(reader) }),
  readKeys: (reader) => encryptionKeysOf(reader, 'aws_ssm_parameter', 'key_id'),
  start: () => ({}),
  api: ({ spec }) => ({ ssm: ssmService(spec.parameters) }),
};
