import { DynamodbTable } from '@cdktf/provider-aws/lib/dynamodb-table';
import { Construct } from 'constructs';
import { physicalName } from '../environments/physical-name';
import { allow, type Statement } from './policy';
import type { StackContext } from './stack-context';

/**
 * Requests that wait for their answer, key `requestId`, with the stream that carries the backstop's wakes. TTL is only the last
 * net. No point-in-time recovery: it would keep visitors' bodies for 35 days.
 */
export class PendingRequestsTable extends Construct {
  readonly name: string;
  readonly streamArn: string;
  private readonly arn: string;

  constructor(scope: Construct, id: string, { environment, encryption }: StackContext) {
    super(scope, id);
    const table = new DynamodbTable(this, 'Default', {
      name: physicalName('table', environment.name, 'pending-requests'),
      billingMode: 'PAY_PER_REQUEST',
      hashKey: 'requestId',
      attribute: [{ name: 'requestId', type: 'S' }],
      ttl: { enabled: true, attributeName: 'expiresAt' },
      streamEnabled: true,
      // Cannot be changed later; the old image tells a processor whether the row asked for a wake before.
      streamViewType: 'NEW_AND_OLD_IMAGES',
      pointInTimeRecovery: { enabled: false },
      deletionProtectionEnabled: environment.deletionProtection,
      ...encryption.ofTable(),
      lifecycle: { preventDestroy: environment.deletionProtection },
    });
    this.name = table.name;
    this.streamArn = table.streamArn;
    this.arn = table.arn;
  }

  /** @param operations DynamoDB's names of them, `PutItem` … */
  allow(...operations: string[]): Statement {
    return allow(
      operations.map((operation) => `dynamodb:${operation}`),
      this.arn,
    );
  }

  /**
   * What Lambda needs of a function's role to read the stream. Streams are listed by table, for which AWS's own example names
   * the resource: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/iam-policy-read-stream-only.html
   */
  allowReadingStream(): readonly Statement[] {
    const actions = ['DescribeStream', 'GetRecords', 'GetShardIterator'];
    return [
      allow(
        actions.map((action) => `dynamodb:${action}`),
        this.streamArn,
      ),
      allow(['dynamodb:ListStreams'], `${this.arn}/stream/*`),
    ];
  }
}
