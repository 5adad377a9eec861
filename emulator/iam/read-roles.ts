import type { RoleSpec } from '../specs';
import type { ResourceReader } from '../terraform/resource-reader';
import { TerraformError } from '../terraform/terraform-error';
import { policyIn } from './read-policies';

/** Attributes that change the rights of a role and that the local cloud does not enforce. */
const UNSUPPORTED = ['inline_policy', 'managed_policy_arns', 'permissions_boundary'];

/** Roles with their inline policies. Policy attachments are resource types that stop the boot. */
export function readRoles(reader: ResourceReader): RoleSpec[] {
  const roles = reader.all('aws_iam_role');
  const policies = reader.all('aws_iam_role_policy');
  for (const policy of policies) {
    if (!roles.some((role) => role.text('name') === policy.text('role'))) {
      throw new TerraformError(
        `${policy.address}.role is ${policy.text('role')}, but the stack has no such role: refer to an aws_iam_role`,
      );
    }
  }
  return roles.map((role) => {
    const unsupported = UNSUPPORTED.find((name) => role.has(name));
    if (unsupported !== undefined)
      throw new TerraformError(`${role.address}.${unsupported}: the local cloud enforces aws_iam_role_policy only; remove the attribute`);
    return {
      address: role.address,
      arn: reader.computed(role, 'arn'),
      trust: policyIn(role, 'assume_role_policy'),
      policies: policies.filter((policy) => policy.text('role') === role.text('name')).map((policy) => policyIn(policy, 'policy')),
    };
  });
}
