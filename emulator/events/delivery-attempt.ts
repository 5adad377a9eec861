/** One attempt to hand an event to a target. */
import type { PermissionCheck } from '../iam/permissions';
import { AwsError } from '../services';
import type { FunctionInvoker, Queues } from '../services';

/** Why an attempt failed; codes as in https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html */
export interface DeliveryFailure {
  readonly code: 'NO_PERMISSIONS' | 'NO_RESOURCE' | 'THROTTLING' | 'INTERNAL_ERROR' | 'SDK_CLIENT_ERROR' | 'INVALID_JSON';
  readonly message: string;
  /** False for a failure that only a change of the stack can fix: EventBridge does not retry it. */
  readonly retryable: boolean;
}

export interface Parcel {
  readonly targetArn: string;
  readonly ruleArn: string;
  /** A JSON value. */
  readonly payload: unknown;
  readonly traceHeader?: string;
}

export interface Carriers {
  readonly invoker: FunctionInvoker;
  readonly queues: Queues;
  readonly permissions: PermissionCheck;
}

/** How EventBridge is named in policies. */
export const EVENTS = 'events.amazonaws.com';

type Send = (parcel: Parcel, carriers: Carriers) => DeliveryFailure | undefined;

const SENDERS = new Map<string, Send>([
  ['lambda', toFunction],
  ['sqs', toQueue],
]);

/** Service names whose resources can be targets: the third part of their ARNs. */
export const TARGET_SERVICES = [...SENDERS.keys()];

export const serviceOf = (arn: string): string => arn.split(':')[2] ?? '';

/**
 * Hands the parcel to the target. Lambda puts it into its own queue of asynchronous events, so the result does not tell whether the
 * function succeeds.
 */
export function attempt(parcel: Parcel, carriers: Carriers): DeliveryFailure | undefined {
  try {
    return SENDERS.get(serviceOf(parcel.targetArn))?.(parcel, carriers);
  } catch (error) {
    return failureOf(error);
  }
}

function toFunction({ targetArn, ruleArn, payload, traceHeader }: Parcel, carriers: Carriers): DeliveryFailure | undefined {
  if (!carriers.permissions.allows(targetArn, EVENTS, ruleArn)) {
    const message = `${ruleArn} may not invoke ${targetArn}; add an aws_lambda_permission for ${EVENTS}`;
    return { code: 'NO_PERMISSIONS', message, retryable: false };
  }
  carriers.invoker.invokeAsync(targetArn, payload, traceHeader === undefined ? {} : { traceHeader });
  return undefined;
}

function toQueue({ targetArn, ruleArn, payload }: Parcel, { queues }: Carriers): undefined {
  queues.send(targetArn, JSON.stringify(payload), { service: EVENTS, sourceArn: ruleArn });
}

/** EventBridge retries after status 429 and 5xx, but not after other errors. */
export function failureOf(error: unknown): DeliveryFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof AwsError) || error.status >= 500) return { code: 'INTERNAL_ERROR', message, retryable: true };
  if (error.status === 429) return { code: 'THROTTLING', message, retryable: true };
  const missing = error.status === 404 || /NotFound|NotExist|NonExistent/.test(error.code);
  return { code: missing ? 'NO_RESOURCE' : 'SDK_CLIENT_ERROR', message, retryable: false };
}
