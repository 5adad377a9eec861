import type { CloudService } from '../cloud-service';
import { encryptionKey } from '../kms/read-encryption-key';
import type { CloudSpec } from '../specs';
import { dynamodbAccess } from './dynamodb-access';
import { LocalDynamoDb } from './local-dynamodb';
import { readTables } from './read-tables';

export const dynamodb: CloudService<Pick<CloudSpec, 'tables'>, object, { readonly dynamodb: LocalDynamoDb }> = {
  attributes: {
    aws_dynamodb_table: {
      arn: ({ arn, own }) => arn('dynamodb', `table/${own('name')}`),
      stream_arn: ({ arn, own }) => arn('dynamodb', `table/${own('name')}/stream/2026-01-01T00:00:00.000`),
    },
  },
  access: { dynamodb: dynamodbAccess },
  read: (reader) => ({ tables: readTables(reader) }),
  readKeys: (reader) =>
    reader.all('aws_dynamodb_table').flatMap((block) => {
      const key = block.block('server_side_encryption')?.optionalText('kms_key_arn');
      return encryptionKey(reader, { block, attribute: 'server_side_encryption.kms_key_arn', key });
    }),
  start: async ({ spec: { tables }, limits, region, log, started }) => ({
    dynamodb: started(await LocalDynamoDb.start({ tables, limits, region, logger: log })),
  }),
  api: ({ dynamodb: { service } }) => ({ dynamodb: service }),
};
