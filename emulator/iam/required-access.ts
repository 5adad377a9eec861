/**
 * The rights that a call needs:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
import type { AwsCall } from '../services';
import type { Access } from './evaluate';
import type { Place } from './place';

/** Returns the rights that a call of one service's API needs. All of them must be allowed. */
export type AccessOf = (call: Pick<AwsCall, 'operation' | 'input'>, place: Place) => readonly Access[];

/** @param byService by the API's prefix. For a service that is not in it, the action has the name of the operation, on `*` */
export function requiredAccess(
  byService: Readonly<Record<string, AccessOf>>,
  call: Pick<AwsCall, 'service' | 'operation' | 'input'>,
  place: Place,
): readonly Access[] {
  const { service, operation } = call;
  return byService[service]?.(call, place) ?? [{ action: `${service}:${operation}`, resource: '*' }];
}
