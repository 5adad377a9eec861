/** Access errors with the same wording as on AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
import { AwsError } from '../services';
import type { Access, Decision } from './evaluate';
import { callerArn, type Caller } from './principals';

export function accessDenied(caller: Caller, { action, resource }: Access, decision: Decision): AwsError {
  const user = `User: ${callerArn(caller)} is not authorized to perform:`;
  const explicit = decision.effect === 'explicitly-denied';
  switch (action.split(':')[0]) {
    case 'execute-api':
      // The message of API Gateway has no policy type and no connection, and it hides the account.
      return new AwsError(
        403,
        'AccessDeniedException',
        `${user} ${action} on resource: ${hidden(resource)}${explicit ? ' with an explicit deny' : ''}`,
      );
    case 'kms':
      // This error comes from the service that would have used the key.
      return new AwsError(
        400,
        'AccessDeniedException',
        'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
      );
    case 's3': {
      // https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html
      const { message } = denied(`${user} ${action} on resource: "${resource}"`, caller, action, decision);
      return new AwsError(403, 'AccessDeniedException', message);
    }
    case 'sqs':
      return denied(`${user} ${action.toLowerCase()} on resource: ${resource}`, caller, action.toLowerCase(), decision);
    default:
      return denied(`${user} ${action} on resource: ${resource}`, caller, action, decision);
  }
}

function denied(what: string, caller: Caller, action: string, { effect, statements }: Decision): AwsError {
  const ofResource = statements.some(({ principals }) => principals) || caller.kind === 'service';
  const policy = `${ofResource ? 'resource' : 'identity'}-based policy`;
  const reason =
    effect === 'explicitly-denied'
      ? `with an explicit deny in ${ofResource ? 'a' : 'an'} ${policy}`
      : `because no ${policy} allows the ${action} action`;
  return new AwsError(400, 'AccessDeniedException', `${what} ${reason}`);
}

const hidden = (arn: string): string =>
  arn.replace(/:\d{8}(\d{4}):/, ':********$1:').replace(/@connections\/.*$/, '@connections/{connectionId}');
