import { resourceRule, unless } from '../rule';

export const lambdaPermissionSource = resourceRule({
  id: 'lambda-permission-source',
  publicIds: ['CKV_AWS_364', 'CKV_AWS_301'],
  sentence:
    'A permission to call a function names the one API, route or rule that may call it: without a source ARN the service may call the function for any account.',
  remedy: 'Set source_arn to the ARN of the caller.',
  types: ['aws_lambda_permission'],
  check: (permission) => {
    const source = permission.optionalText('source_arn');
    if (permission.optionalText('principal') === '*') return ['principal is *: everybody may call the function'];
    if (source === undefined) return ['source_arn is not set'];
    return unless(!/^\*$|:\*$|^\S+:\*\//.test(source), `source_arn is ${source}`);
  },
});
