import { resourceRule } from '../rule';
import { needsStar } from '../actions-on-everything';
import { IDENTITY_POLICIES, identityPoliciesOf } from '../terraform/identity-policies';
import type { PolicyStatement } from '../terraform/policy-document';

/** Conditions that narrow "every resource" to the resources of this project. */
const NARROWING_KEYS = /^(ArnLike|StringEquals) (lambda:FunctionArn|aws:(Resource|Request)Tag\/environment)$/;

/** An ARN whose wildcard covers every resource of a kind: `arn:aws:s3:::*`, `…:table/*`, `…:function:*`. */
const OPEN_ARN = /^arn:[^:]*:[^:]*:[^:]*:[^:]*:(\*|[\w-]+[/:]\*)$/;

export const iamStars = resourceRule({
  id: 'iam-stars',
  publicIds: ['CKV_AWS_355', 'CKV_AWS_62', 'CKV_AWS_63'],
  sentence: 'A role allows only the actions and the resources that its code uses: a wildcard grants rights that nobody has decided on.',
  remedy:
    'List every action and every ARN (modules/function-rights.ts); if AWS supports no ARN for an action, add the action to policy/actions-on-everything.ts.',
  types: IDENTITY_POLICIES,
  check: (resource) => identityPoliciesOf(resource).flatMap((statements) => statements.flatMap(stars)),
});

function stars({ effect, actions, notActions, resources, notResources, conditions }: PolicyStatement): string[] {
  if (effect === 'Deny') return [];
  const problems = actions.filter((action) => action.includes('*')).map((action) => `allows the action ${action}`);
  if (notActions.length > 0) problems.push(`allows every action except ${notActions.join(', ')} (NotAction)`);
  if (notResources.length > 0) problems.push(`allows every resource except ${notResources.join(', ')} (NotResource)`);
  const narrowed = Object.entries(conditions).some(([key, values]) => NARROWING_KEYS.test(key) && !values.includes('*'));
  for (const resource of narrowed ? [] : resources) {
    if (resource === '*') {
      const restrictable = actions.filter((action) => !needsStar(action));
      if (restrictable.length > 0) problems.push(`allows ${restrictable.join(', ')} on *`);
    } else if (OPEN_ARN.test(resource)) problems.push(`allows ${actions.join(', ')} on ${resource}`);
  }
  return problems;
}
