import { LambdaEventSourceMapping } from '@cdktf/provider-aws/lib/lambda-event-source-mapping';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { FailureQueue } from './failure-queue';
import type { PendingRequestsTable } from './pending-requests-table';
import type { AllowStatement } from './policy';
import type { StackContext } from './stack-context';
import type { TunnelFunction } from './tunnel-function';

/** Passes only completed rows that ask for the bus, so one filter works for every mode. */
const COMPLETED_FOR_BUS = {
  // An answer that came with a ticket makes its row: an INSERT.
  eventName: ['INSERT', 'MODIFY'],
  dynamodb: { NewImage: { status: { S: ['completed'] }, wake: { S: ['bus'] } } },
};

/** A stream keeps a record for a day: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html */
const RETENTION_SECONDS = 24 * 60 * 60;

/** The stream of pending requests, from the table to the function that announces answers. */
export class ResponseStream extends Construct {
  private readonly failures: FailureQueue;

  constructor(
    scope: Construct,
    id: string,
    context: StackContext,
    private readonly table: PendingRequestsTable,
  ) {
    super(scope, id);
    this.failures = new FailureQueue(this, 'failures', { ...context, thing: 'stream-failures' });
  }

  /** The rights of the consumer's role, with which Lambda reads the stream and reports failures. */
  allowConsuming(): readonly AllowStatement[] {
    return [...this.table.allowReadingStream(), this.failures.allowSending()];
  }

  /**
   * Bounds the retries: with Lambda's default, which is endless, one bad record blocks its shard for a day
   * (https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html). Position and age: docs/adr/0045.
   * @returns the mapping, and the queue for records that Lambda gave up
   */
  consumeWith(target: TunnelFunction): {
    readonly mapping: ITerraformDependable;
    readonly queues: Readonly<Record<string, string>>;
  } {
    const mapping = new LambdaEventSourceMapping(this, 'mapping', {
      eventSourceArn: this.table.streamArn,
      functionName: target.arn,
      // May miss records while the mapping is created or changed. That takes minutes, after which nobody waits for these records.
      startingPosition: 'LATEST',
      batchSize: 100,
      maximumBatchingWindowInSeconds: 0,
      parallelizationFactor: 2,
      filterCriteria: { filter: [{ pattern: JSON.stringify(COMPLETED_FOR_BUS) }] },
      maximumRetryAttempts: 2,
      // What Lambda gives up counts as a lost answer. An old record is none, so process-stream drops it, and not Lambda.
      maximumRecordAgeInSeconds: RETENTION_SECONDS,
      bisectBatchOnFunctionError: true,
      functionResponseTypes: ['ReportBatchItemFailures'],
      destinationConfig: { onFailure: { destinationArn: this.failures.arn } },
    });
    return { mapping, queues: { stream_failures: this.failures.name } };
  }
}
