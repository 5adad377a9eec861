/** The rights of a function's role that AWS checks when the stack is applied, before any function runs. */
import type { FunctionSpec, MappingSpec } from '../specs';
import { destinationAction } from './destination-access';
import type { Access } from '../iam/evaluate';
import { streamAccess } from '../streams/guarded-stream';
import type { Iam } from '../iam/iam';
import { IamBootError } from '../iam/iam-boot-error';

/**
 * AWS refuses a mapping or a destination if the function's role lacks a right that it needs: "Cannot access stream …
 * Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, and ListStreams Actions"; "The provided
 * execution role does not have permissions to call SendMessage on SQS". https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
 * @throws IamBootError that names the mapping or function, and the missing right
 */
export function checkLambdaRights(
  iam: Iam,
  { functions, mappings }: { functions: readonly FunctionSpec[]; mappings: readonly MappingSpec[] },
): void {
  const check = (address: string, functionArn: string, access: Access): void => {
    const caller = iam.callerFor(functionArn);
    if (iam.decide(caller, access).effect === 'allowed') return;
    throw new IamBootError(
      `${address}: AWS would refuse this resource, because the role of ${functionArn.split(':').at(-1)} may not ${access.action} on ${access.resource}; grant the action in modules/function-rights.ts`,
    );
  };
  for (const { address, functionArn, streamArn, onFailureArn } of mappings) {
    for (const access of streamAccess(streamArn)) check(address, functionArn, access);
    if (onFailureArn !== undefined) check(address, functionArn, { action: destinationAction(onFailureArn), resource: onFailureArn });
  }
  for (const { address, arn, asyncInvocation } of functions) {
    for (const resource of [asyncInvocation.onSuccessArn, asyncInvocation.onFailureArn]) {
      if (resource !== undefined) check(address, arn, { action: destinationAction(resource), resource });
    }
  }
}
