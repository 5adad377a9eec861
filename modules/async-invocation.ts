import { LambdaFunctionEventInvokeConfig } from '@cdktf/provider-aws/lib/lambda-function-event-invoke-config';
import { Construct } from 'constructs';
import type { TunnelFunction } from './tunnel-function';

/** The shortest event age Lambda accepts, in s: https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html */
const MIN_EVENT_AGE_SECONDS = 60;

/** A queue or a topic. */
interface Destination {
  readonly arn: string;
}

export interface AsyncInvocationProps {
  /** The destination of failed events. */
  readonly onFailure: Destination;
  /** The destination of successful results. */
  readonly onSuccess?: Destination;
  /** How often a failed event is tried again. Default: 0. */
  readonly retries?: number;
  readonly maxAgeSeconds?: number;
}

/**
 * The retries and destinations of a function's asynchronous invocations. By default a failed invocation is not retried, because
 * Lambda's defaults (two retries, six hours) would repeat work that is out of date.
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
