import { LambdaEventSourceMapping } from '@cdktf/provider-aws/lib/lambda-event-source-mapping';
import { Construct } from 'constructs';
import { FailureQueue } from './failure-queue';
import type { PendingRequestsTable } from './pending-requests-table';
import type { AllowStatement } from './policy';
import type { StackContext } from './stack-context';
import type { TunnelFunction } from './tunnel-function';

/** Passes only completed rows that ask for the bus, so one filter works for every mode. */
const COMPLETED_FOR_BUS = {
  eventName: ['MODIFY'],
  dynamodb: { NewImage: { status: { S: ['completed'] }, wake: { S: ['bus'] } } },
};

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
   * Sets own limits: with Lambda's defaults (endless retries, records as old as the stream) one bad record blocks its shard for a
   * day, but a wake older than a minute is useless (https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html).
   * @returns the queue for records that Lambda gave up
   */
  consumeWith(target: TunnelFunction): Readonly<Record<string, string>> {
    new LambdaEventSourceMapping(this, 'mapping', {
      eventSourceArn: this.table.streamArn,
      functionName: target.arn,
      // LATEST could miss records while the mapping is created or changed.
      startingPosition: 'TRIM_HORIZON',
      batchSize: 100,
      maximumBatchingWindowInSeconds: 0,
      parallelizationFactor: 2,
      filterCriteria: { filter: [{ pattern: JSON.stringify(COMPLETED_FOR_BUS) }] },
      maximumRetryAttempts: 2,
      maximumRecordAgeInSeconds: 60,
      bisectBatchOnFunctionError: true,
      functionResponseTypes: ['ReportBatchItemFailures'],
      destinationConfig: { onFailure: { destinationArn: this.failures.arn } },
    });
    return { stream_failures: this.failures.name };
  }
}
