import { resourceRule } from '../rule';
import { statementsAt, statementsOf, type PolicyStatement } from '../terraform/policy-document';
import type { Resource } from '../terraform/terraform-model';

/**
 * Actions that support no resource ARNs, so AWS accepts only `*`. A test compares this list with AWS's own reference:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export const WITHOUT_RESOURCES: readonly string[] = [
  'events:PutPermission',
  'events:RemovePermission',
  'kms:ListAliases',
  'logs:CreateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
  'ssm:DescribeParameters',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
];

/**
 * Read-only actions whose result is incomplete unless they are allowed on all resources of a kind. With a narrower right
 * DescribeAlarms finds no composite alarm: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
 */
const FOR_ALL_OF_A_KIND: readonly string[] = ['cloudwatch:DescribeAlarms'];

/** Conditions that narrow "every resource" to the resources of this project. */
const NARROWING_KEYS = /^(ArnLike|StringEquals) (lambda:FunctionArn|aws:(Resource|Request)Tag\/environment)$/;

/** An ARN whose wildcard covers every resource of a kind: `arn:aws:s3:::*`, `…:table/*`, `…:function:*`. */
const OPEN_ARN = /^arn:[^:]*:[^:]*:[^:]*:[^:]*:(\*|[\w-]+[/:]\*)$/;

export const iamStars = resourceRule({
  id: 'iam-stars',
  publicIds: ['CKV_AWS_355', 'CKV_AWS_62', 'CKV_AWS_63'],
  sentence: 'A role allows only the actions and the resources that its code uses: a wildcard grants rights that nobody has decided on.',
  remedy:
    'List every action and every ARN (modules/function-rights.ts); if AWS supports no ARN for an action, add the action to this rule.',
  types: ['aws_iam_role_policy', 'aws_iam_policy', 'aws_iam_user_policy', 'aws_iam_group_policy', 'aws_iam_role'],
  check: (resource) => documentsOf(resource).flatMap((statements) => statements.flatMap(stars)),
});

function documentsOf(resource: Resource): PolicyStatement[][] {
  if (resource.type !== 'aws_iam_role') return [statementsAt(resource, 'policy')];
  return resource.blocks('inline_policy').map((block) => statementsOf(block.optionalJson('policy')));
}

function stars({ effect, actions, notActions, resources, notResources, conditions }: PolicyStatement): string[] {
  if (effect === 'Deny') return [];
  const problems = actions.filter((action) => action.includes('*')).map((action) => `allows the action ${action}`);
  if (notActions.length > 0) problems.push(`allows every action except ${notActions.join(', ')} (NotAction)`);
  if (notResources.length > 0) problems.push(`allows every resource except ${notResources.join(', ')} (NotResource)`);
  const narrowed = Object.entries(conditions).some(([key, values]) => NARROWING_KEYS.test(key) && !values.includes('*'));
  for (const resource of narrowed ? [] : resources) {
    if (resource === '*') {
      const restrictable = actions.filter((action) => !WITHOUT_RESOURCES.includes(action));
      if (restrictable.length > 0) problems.push(`allows ${restrictable.join(', ')} on *`);
    } else if (OPEN_ARN.test(resource)) {
      const open = actions.filter((action) => !FOR_ALL_OF_A_KIND.includes(action));
      if (open.length > 0) problems.push(`allows ${open.join(', ')} on ${resource}`);
    }
  }
  return problems;
}
