import { statementsAt, statementsOf, type PolicyStatement } from './policy-document';
import type { Resource } from './terraform-model';

/** The types that hold the rights of a role, a user or a group. */
export const IDENTITY_POLICIES = ['aws_iam_role_policy', 'aws_iam_policy', 'aws_iam_user_policy', 'aws_iam_group_policy', 'aws_iam_role'];

/** The statements of each policy that a resource of these types holds. */
export function identityPoliciesOf(resource: Resource): PolicyStatement[][] {
  if (resource.type !== 'aws_iam_role') return [statementsAt(resource, 'policy')];
  return resource.blocks('inline_policy').map((block) => statementsOf(block.optionalJson('policy')));
}
