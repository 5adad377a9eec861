import { resourceRule, unless } from '../rule';
import { isOfStreamingDoor, PUBLIC_FUNCTION } from '../streaming-door';
import { ofType, type Resource, type TerraformModel } from '../terraform/terraform-model';

export const functionUrl = resourceRule({
  id: 'function-url',
  publicIds: ['CKV_AWS_258'],
  sentence:
    'A function URL requires signed requests, except that of the streaming door, which is open to visitors: it streams, has both permissions that a URL needs, and no CORS block, because local services answer preflights.',
  remedy: `Set authorization_type to AWS_IAM, or make the URL of ${PUBLIC_FUNCTION} with modules/streaming-door.ts.`,
  types: ['aws_lambda_function_url'],
  check: (url, { model }) => {
    if (url.optionalText('authorization_type') === 'AWS_IAM') return [];
    if (!isOfStreamingDoor(url, model)) return [`everybody may call the function, and it is not ${PUBLIC_FUNCTION}`];
    return [
      ...unless(url.optionalText('invoke_mode') === 'RESPONSE_STREAM', 'invoke_mode is not RESPONSE_STREAM'),
      ...unless(url.block('cors') === undefined, 'cors is set'),
      ...unless(ofType(model, 'aws_lambda_permission').some(isOpen(model)), 'the permission lambda:InvokeFunctionUrl is missing'),
      // The rule cloudformation-stack checks what is in the stack.
      ...unless(ofType(model, 'aws_cloudformation_stack').length > 0, 'the permission lambda:InvokeFunction is missing'),
    ];
  },
});

const isOpen =
  (model: TerraformModel) =>
  (permission: Resource): boolean =>
    permission.optionalText('action') === 'lambda:InvokeFunctionUrl' && isOfStreamingDoor(permission, model);
