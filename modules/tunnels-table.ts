import { DynamodbTable } from '@cdktf/provider-aws/lib/dynamodb-table';
import { Construct } from 'constructs';
import { physicalName } from '../environments/physical-name';
import { allow, type AllowStatement } from './policy';
import type { StackContext } from './stack-context';

/** The table of tunnels and their agents (key `tunnelId`). One strongly consistent read, without an index, finds the agent. */
export class TunnelsTable extends Construct {
  readonly name: string;
  private readonly arn: string;

  constructor(scope: Construct, id: string, { environment, encryption }: StackContext) {
    super(scope, id);
    const table = new DynamodbTable(this, 'Default', {
      name: physicalName('table', environment.name, 'tunnels'),
      billingMode: 'PAY_PER_REQUEST',
      hashKey: 'tunnelId',
      attribute: [{ name: 'tunnelId', type: 'S' }],
      pointInTimeRecovery: { enabled: true },
      deletionProtectionEnabled: environment.deletionProtection,
      ...encryption.ofTable(),
      lifecycle: { preventDestroy: environment.deletionProtection },
    });
    this.name = table.name;
    this.arn = table.arn;
  }

  /** @param operations names of DynamoDB operations, such as `GetItem` */
  allow(...operations: string[]): AllowStatement {
    return allow(
      operations.map((operation) => `dynamodb:${operation}`),
      this.arn,
    );
  }
}
