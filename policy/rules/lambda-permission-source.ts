import type { Resource, TerraformModel } from '../terraform/terraform-model';
import { resourceRule, unless } from '../rule';
import { isOfStreamingDoor, PUBLIC_FUNCTION } from '../streaming-door';

export const lambdaPermissionSource = resourceRule({
  id: 'lambda-permission-source',
  publicIds: ['CKV_AWS_364', 'CKV_AWS_301'],
  sentence:
    'A permission to call a function names the one API, route or rule that may call it: without a source ARN the service may call the function for any account. Everybody may only use the open function URL of the streaming door.',
  remedy: 'Set source_arn to the ARN of the caller.',
  types: ['aws_lambda_permission'],
  check: (permission, { model }) => {
    const source = permission.optionalText('source_arn');
    if (permission.optionalText('principal') === '*') return openings(permission, model);
    if (source === undefined) return ['source_arn is not set'];
    return unless(!/^\*$|:\*$|^\S+:\*\//.test(source), `source_arn is ${source}`);
  },
});

/** `function_url_auth_type` is a condition of the permission: without it everybody in AWS may use the URL, signed or not. */
function openings(permission: Resource, model: TerraformModel): readonly string[] {
  const isForUrl =
    permission.optionalText('action') === 'lambda:InvokeFunctionUrl' && permission.optionalText('function_url_auth_type') === 'NONE';
  if (!isForUrl) return ['principal is *: everybody may call the function'];
  return unless(isOfStreamingDoor(permission, model), `principal is *, but the function is not ${PUBLIC_FUNCTION}`);
}
