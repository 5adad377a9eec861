import { resourceRule, unless } from '../rule';
import { statementsAt, type PolicyStatement } from '../terraform/policy-document';

/** Condition keys of GitHub Actions tokens: the audience, and the repository with its branch or environment. */
const AUDIENCE = /token\.actions\.githubusercontent\.com:aud$/;
const SUBJECT = /token\.actions\.githubusercontent\.com:sub$/;

export const iamTrust = resourceRule({
  id: 'iam-trust',
  publicIds: ['CKV_AWS_60', 'CKV_AWS_358'],
  sentence: 'A role names who may assume it: one service, one account, or one workflow of one repository.',
  remedy:
    'Name the service in the trust policy; for GitHub, restrict the claims `aud` and `sub` to one repository and to one branch or environment.',
  types: ['aws_iam_role'],
  check: (role) => statementsAt(role, 'assume_role_policy').flatMap(openings),
});

function openings({ effect, principals, conditions }: PolicyStatement): string[] {
  if (effect === 'Deny') return [];
  const problems = principals.filter((principal) => principal === '*' || principal === 'AWS:*').map(() => 'everybody may assume the role');
  if (principals.some((principal) => principal.startsWith('Federated:'))) problems.push(...openClaims(conditions));
  return problems;
}

function openClaims(conditions: PolicyStatement['conditions']): string[] {
  const pinned = (claim: RegExp): string[] => Object.entries(conditions).flatMap(([key, values]) => (claim.test(key) ? values : []));
  const subjects = pinned(SUBJECT);
  if (subjects.length === 0) return ['the claim sub is not restricted: every GitHub repository may assume the role'];
  return [
    ...unless(pinned(AUDIENCE).length > 0, 'the claim aud is not restricted'),
    ...subjects.filter((subject) => !/^repo:[^*/]+\/[^*:]+:[^*]+$/.test(subject)).map((subject) => `the claim sub is too wide: ${subject}`),
  ];
}
