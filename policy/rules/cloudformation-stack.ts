import { resourceRule } from '../rule';
import { templateProblems } from '../streaming-door';
import type { Resource, TerraformModel } from '../terraform/terraform-model';

/** What makes resources that no other rule sees. */
const OPAQUE = ['aws_cloudformation_stack_set', 'aws_cloudformation_stack_instances', 'aws_cloudcontrolapi_resource'];

/** Arguments that bring in another template, other rights or a policy. */
const FORBIDDEN = ['capabilities', 'iam_role_arn', 'template_url', 'policy_body', 'policy_url'];

export const cloudformationStack = resourceRule({
  id: 'cloudformation-stack',
  sentence:
    'CloudFormation and Cloud Control make nothing, because no rule would see it, except one permission that the provider cannot express: everybody may invoke stream-request through its function URL.',
  remedy: 'Write the resource in Terraform; for the streaming door use modules/streaming-door.ts.',
  types: ['aws_cloudformation_stack', ...OPAQUE],
  check: (stack, { model }) => {
    if (OPAQUE.includes(stack.type)) return [`${stack.type} makes resources that no rule sees`];
    return [...FORBIDDEN.filter((argument) => stack.has(argument)).map((argument) => `${argument} is set`), ...inTemplate(stack, model)];
  },
});

function inTemplate(stack: Resource, model: TerraformModel): readonly string[] {
  const body = stack.optionalText('template_body');
  if (body === undefined) return ['template_body is not set'];
  try {
    return templateProblems(JSON.parse(body), model);
  } catch {
    return ['template_body is not JSON'];
  }
}
