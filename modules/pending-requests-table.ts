import { DynamodbTable } from '@cdktf/provider-aws/lib/dynamodb-table';
import { Construct } from 'constructs';
import { physicalName } from '../environments/physical-name';
import { allow, type AllowStatement } from './policy';
import type { StackContext } from './stack-context';

/**
 * The table of pending requests (key `requestId`), with the stream that carries the backstop's wakes. TTL is only a fallback after
 * the waiter and sweep. Point-in-time recovery is off, because it would keep visitors' bodies for 35 days.
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
      // The view type cannot be changed later. The old image shows whether the row already asked for a wake before.
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

  /** @param operations names of DynamoDB operations, such as `PutItem` */
  allow(...operations: string[]): AllowStatement {
    return allow(
      operations.map((operation) => `dynamodb:${operation}`),
      this.arn,
    );
  }

  /**
   * The rights that a function's role needs so that Lambda can read the stream. `ListStreams` works on the table's streams; its
   * resource is the one in AWS's example: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/iam-policy-read-stream-only.html
   */
  allowReadingStream(): readonly AllowStatement[] {
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
