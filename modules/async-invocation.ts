import { LambdaFunctionEventInvokeConfig } from '@cdktf/provider-aws/lib/lambda-function-event-invoke-config';
import { Construct } from 'constructs';
import type { FailureQueue } from './failure-queue';
import type { TunnelFunction } from './tunnel-function';

/** The shortest age Lambda takes, in seconds: https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html */
const MIN_EVENT_AGE_SECONDS = 60;

/**
 * How a function's asynchronous invocations fail: at once and for good. Lambda's defaults (two retries, six hours) would
 * repeat work whose time is over.
 * @param failures where the events go that failed
 */
export class AsyncInvocation extends Construct {
  constructor(scope: Construct, id: string, target: TunnelFunction, failures: FailureQueue) {
    super(scope, id);
    new LambdaFunctionEventInvokeConfig(this, 'Default', {
      functionName: target.name,
      maximumRetryAttempts: 0,
      maximumEventAgeInSeconds: MIN_EVENT_AGE_SECONDS,
      destinationConfig: { onFailure: { destination: failures.arn } },
    });
  }
}
