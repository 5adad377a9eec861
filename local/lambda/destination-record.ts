import type { Outcome } from './invocation';

/** Why an asynchronous event was given up. */
export type FailureCondition = 'RetriesExhausted' | 'EventAgeExceeded' | 'ZeroReservedConcurrency';

export interface FailedEvent {
  readonly requestId: string;
  readonly functionArn: string;
  readonly condition: FailureCondition;
  /** How often the function was run with the event. */
  readonly invokeCount: number;
  /** JSON text */
  readonly payload: string;
  /** The last error; none when the function never ran. */
  readonly failure?: Extract<Outcome, { kind: 'error' }>;
}

/**
 * The message that Lambda sends to an on-failure destination, as JSON text
 * (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html).
 */
export function destinationRecord(event: FailedEvent, now: Date): string {
  const { requestId, functionArn, condition, invokeCount, payload, failure } = event;
  return JSON.stringify({
    version: '1.0',
    timestamp: now.toISOString(),
    requestContext: {
      requestId,
      functionArn: `${functionArn}:$LATEST`,
      condition,
      approximateInvokeCount: invokeCount,
    },
    requestPayload: JSON.parse(payload) as unknown,
    ...(failure && {
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorType: failure.errorType, errorMessage: failure.errorMessage },
    }),
  });
}
