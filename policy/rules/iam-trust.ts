import { resourceRule } from '../rule';
import { statementsAt, type PolicyStatement } from '../terraform/policy-document';

/** Where a token of GitHub Actions says which repository, branch or environment it is for. */
const SUBJECT = /token\.actions\.githubusercontent\.com:sub$/;

export const iamTrust = resourceRule({
  id: 'iam-trust',
  publicIds: ['CKV_AWS_60', 'CKV_AWS_358'],
  sentence: 'A role says who may take it on: one service, one account, or one workflow of one repository.',
  remedy:
    'Name the service in the trust policy; for GitHub pin the claims `aud` and `sub` down to repository and branch or environment.',
  types: ['aws_iam_role'],
  check: (role) => statementsAt(role, 'assume_role_policy').flatMap(openings),
});

function openings({ effect, principals, conditions }: PolicyStatement): string[] {
  if (effect === 'Deny') return [];
  const problems = principals
    .filter((principal) => principal === '*' || principal === 'AWS:*')
    .map(() => 'everybody may take it on');
  if (principals.some((principal) => principal.startsWith('Federated:')))
    problems.push(...openClaims(conditions));
  return problems;
}

function openClaims(conditions: PolicyStatement['conditions']): string[] {
  const subjects = Object.entries(conditions)
    .filter(([key]) => SUBJECT.test(key))
    .flatMap(([, values]) => values);
  if (subjects.length === 0)
    return ['the claim sub is not pinned: every repository of GitHub may take it on'];
  return subjects
    .filter((subject) => !/^repo:[^*/]+\/[^*:]+:[^*]/.test(subject))
    .map((subject) => `the claim sub is open: ${subject}`);
}
