import { needsStar } from '../actions-on-everything';
import { resourceRule } from '../rule';
import { IDENTITY_POLICIES, identityPoliciesOf } from '../terraform/identity-policies';
import type { PolicyStatement } from '../terraform/policy-document';

export const iamNeedsStar = resourceRule({
  id: 'iam-needs-star',
  sentence: 'An action that AWS allows only on all resources is allowed on `*`: with an ARN it looks narrower, and every call is denied.',
  remedy: 'Allow the action on `*`, in a statement of its own (modules/ci-rights.ts: rights without resources).',
  types: IDENTITY_POLICIES,
  check: (resource) => identityPoliciesOf(resource).flatMap(narrowed),
});

function narrowed(statements: readonly PolicyStatement[]): string[] {
  const allowed = statements
    .filter(({ effect }) => effect === 'Allow')
    .flatMap(({ actions, resources }) => actions.filter(needsStar).map((action) => ({ action, resources })));
  const works = new Set(allowed.filter(({ resources }) => resources.includes('*')).map(({ action }) => action));
  return allowed
    .filter(({ action }) => !works.has(action))
    .map(({ action, resources }) => `allows ${action} only on ${resources.join(', ')}, but AWS allows it on * alone`);
}
