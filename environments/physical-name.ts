import { ToldError } from '../cli/told-error';

/** Longest name each service takes, in characters. */
const MAX_LENGTH = {
  /** https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
  function: 64,
  /** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
  role: 64,
  /** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
  table: 255,
  /** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html */
  queue: 80,
  /** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html */
  rule: 64,
  /** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html */
  'event bus': 256,
  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html */
  stack: 128,
  /** https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html */
  api: 128,
  /** https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-authorizers.html */
  authorizer: 128,
  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
  alarm: 255,
  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html */
  dashboard: 255,
  /** https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html */
  topic: 256,
  /** Without `alias/`: https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html */
  'key alias': 250,
  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
  bucket: 63,
} as const;

export type NamedThing = keyof typeof MAX_LENGTH;

/** A physical name that its service would refuse. */
export class PhysicalNameError extends ToldError {
  override readonly name = 'PhysicalNameError';
}

/** What stands in physical names where otherwise an environment stands, with its meaning. No environment may have such a name. */
export const RESERVED_NAMES = {
  ci: 'the roles of the pipelines',
  account: 'what an account has once',
} as const;

/** The prefix of all physical names of an environment. */
export const namePrefix = (environment: string): string => `http-tunnel-${environment}-`;

/** A physical name without its prefix, for any environment: `http-tunnel-local-forward-request` → `forward-request`. */
export const shortName = (physical: string): string => physical.replace(/^http-tunnel-[a-z0-9]+-/, '');

/**
 * The name of a thing in AWS: `http-tunnel-<environment>-<thing>`.
 * @param kind kind of the resource; it decides how long the name may be
 * @param thing 1 or more of a-z, 0-9 and `-`, the characters that every service above accepts
 * @throws PhysicalNameError for a name that the service would refuse
 */
export function physicalName(kind: NamedThing, environment: string, thing: string): string {
  const name = `${namePrefix(environment)}${thing}`;
  if (!/^[a-z0-9-]+$/.test(name) || thing === '') {
    throw new PhysicalNameError(`${kind} name "${name}" is invalid: rename "${thing}" with one or more of the characters a-z, 0-9 and -`);
  }
  const limit = MAX_LENGTH[kind];
  if (name.length > limit) {
    throw new PhysicalNameError(`${kind} name "${name}" has ${name.length} characters, but only ${limit} are allowed: shorten "${thing}"`);
  }
  return name;
}

/**
 * Prefix of access log groups. All log groups under `/aws/vendedlogs/` share one entry of CloudWatch's resource policy. With one
 * entry per log group the policy would become too long:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
 */
export const ACCESS_LOG_PREFIX = '/aws/vendedlogs/apis/';

/** Name of the parameter that holds the key of agent tokens. */
export const tokenKeyParameter = (environment: string): string => `/http-tunnel/${environment}/agent-token-key`;
