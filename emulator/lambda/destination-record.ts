import type { RunOutcome } from './invocation';

/** Why an asynchronous event was given up. */
export type FailureCondition = 'RetriesExhausted' | 'EventAgeExceeded' | 'ZeroReservedConcurrency';

/** The final result of an asynchronous event. */
export interface FinishedEvent {
  readonly requestId: string;
  readonly functionArn: string;
  readonly condition: 'Success' | FailureCondition;
  /** How often the function was run with the event. */
  readonly invokeCount: number;
  /** JSON text */
  readonly payload: string;
  /** The outcome of the last run; undefined when the function never ran. */
  readonly outcome?: RunOutcome;
}

/**
 * The message that Lambda sends to a destination, as JSON text
 * (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html).
 */
export function destinationRecord(event: FinishedEvent, now: Date): string {
  const { requestId, functionArn, condition, invokeCount, payload, outcome } = event;
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
    ...(outcome && {
      responseContext: { statusCode: 200, executedVersion: '$LATEST', ...(outcome.kind === 'error' && { functionError: 'Unhandled' }) },
      responsePayload:
        outcome.kind === 'error' ? { errorType: outcome.errorType, errorMessage: outcome.errorMessage } : (outcome.payload ?? null),
    }),
  });
}
