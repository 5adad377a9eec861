/**
 * The rights that a call needs:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
import type { AwsCall } from '../services';
import type { Access } from './evaluate';
import { dynamodbAccess } from '../dynamodb/dynamodb-access';
import { eventsAccess } from '../events/events-access';
import { executeApiAccess } from '../gateway/execute-api-access';
import type { Place } from './place';
import { s3Access } from '../s3/s3-access';
import { sqsAccess } from '../sqs/sqs-access';
import { ssmAccess } from '../ssm/ssm-access';

type AccessOf = (call: Pick<AwsCall, 'operation' | 'input'>, place: Place) => readonly Access[];

const SERVICES: Readonly<Record<string, AccessOf>> = {
  dynamodb: dynamodbAccess,
  events: eventsAccess,
  'execute-api': executeApiAccess,
  s3: s3Access,
  sqs: sqsAccess,
  ssm: ssmAccess,
};

/** All returned rights must be allowed. For a service that is not listed above, the action has the name of the operation, on `*`. */
export function requiredAccess(call: Pick<AwsCall, 'service' | 'operation' | 'input'>, place: Place): readonly Access[] {
  const { service, operation } = call;
  return SERVICES[service]?.(call, place) ?? [{ action: `${service}:${operation}`, resource: '*' }];
}
