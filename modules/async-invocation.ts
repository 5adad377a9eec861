import { LambdaFunctionEventInvokeConfig } from '@cdktf/provider-aws/lib/lambda-function-event-invoke-config';
import { Construct } from 'constructs';
import type { TunnelFunction } from './tunnel-function';

/** The shortest age Lambda takes, in seconds: https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html */
const MIN_EVENT_AGE_SECONDS = 60;

/** A queue or a topic. */
interface Destination {
  readonly arn: string;
}

export interface AsyncInvocationProps {
  /** Where the events go that failed. */
  readonly onFailure: Destination;
  /** Where the results go of those that did not. */
  readonly onSuccess?: Destination;
  /** How often an event that failed is tried again: not at all, unless this says so. */
  readonly retries?: number;
  readonly maxAgeSeconds?: number;
}

/**
 * How a function's asynchronous invocations end. Unless something else is said they fail at once and for good: Lambda's
 * defaults (two retries, six hours) would repeat work whose time is over.
 */
export class AsyncInvocation extends Construct {
  constructor(scope: Construct, id: string, target: TunnelFunction, props: AsyncInvocationProps) {
    super(scope, id);
    const { onFailure, onSuccess, retries = 0, maxAgeSeconds = MIN_EVENT_AGE_SECONDS } = props;
    new LambdaFunctionEventInvokeConfig(this, 'Default', {
      functionName: target.name,
      maximumRetryAttempts: retries,
      maximumEventAgeInSeconds: maxAgeSeconds,
      destinationConfig: {
        onFailure: { destination: onFailure.arn },
        ...(onSuccess && { onSuccess: { destination: onSuccess.arn } }),
      },
    });
  }
}
