import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { environments } from '../../environments';
import type { RunningCloud } from '../../local/running-cloud';
import { bodyBucketName } from '../../modules/body-bucket-name';
import { physicalName } from '../../environments/physical-name';

/** Data that finished requests have left behind. */
export interface LeftOver {
  /** Rows of pending requests. */
  readonly rows: number;
  /** Bodies in the bucket; at most 1000 are counted. */
  readonly bodies: number;
}

/** Reads the data of a running local cloud through the AWS SDK, as an operator does. */
export async function leftOver({ endpoint, region, accessKeyId, secretAccessKey }: RunningCloud): Promise<LeftOver> {
  const client = { endpoint, region, credentials: { accessKeyId, secretAccessKey } };
  const dynamodb = new DynamoDBClient(client);
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  try {
    const table = physicalName('table', 'local', 'pending-requests');
    const { Count = 0 } = await dynamodb.send(new ScanCommand({ TableName: table, ConsistentRead: true, Select: 'COUNT' }));
    const { KeyCount = 0 } = await s3.send(new ListObjectsV2Command({ Bucket: bodyBucketName(environments.local) }));
    return { rows: Count, bodies: KeyCount };
  } finally {
    dynamodb.destroy();
    s3.destroy();
  }
}
