import { resourceRule } from '../rule';
import { statementsAt, statementsOf, type PolicyStatement } from '../terraform/policy-document';
import type { Resource } from '../terraform/terraform-model';

/**
 * Actions that know no resources, so that AWS takes nothing but `*`, each with the page that says so. Whoever adds a line
 * here has read the page.
 */
const WITHOUT_RESOURCES: Readonly<Record<string, string>> = {
  'xray:PutTraceSegments':
    'https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html',
  'xray:PutTelemetryRecords':
    'https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html',
  'cloudwatch:PutMetricData':
    'https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html',
  'sts:GetCallerIdentity':
    'https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html',
};

/** The wild part of an ARN that leaves the whole kind open: `arn:aws:s3:::*`, `…:table/*`, `…:function:*`. */
const OPEN_ARN = /^arn:[^:]*:[^:]*:[^:]*:[^:]*:(\*|[\w-]+[/:]\*)$/;

export const iamStars = resourceRule({
  id: 'iam-stars',
  publicIds: ['CKV_AWS_355', 'CKV_AWS_62', 'CKV_AWS_63'],
  sentence:
    'A role may do exactly the actions its code uses on exactly the resources it uses them on: a star grants what nobody has decided.',
  remedy:
    'Write actions and ARNs out (modules/function-rights.ts); where AWS knows no resource, add the action with its page to this rule.',
  types: [
    'aws_iam_role_policy',
    'aws_iam_policy',
    'aws_iam_user_policy',
    'aws_iam_group_policy',
    'aws_iam_role',
  ],
  check: (resource) => documentsOf(resource).flatMap((statements) => statements.flatMap(stars)),
});

function documentsOf(resource: Resource): PolicyStatement[][] {
  if (resource.type !== 'aws_iam_role') return [statementsAt(resource, 'policy')];
  return resource.blocks('inline_policy').map((block) => statementsOf(block.json('policy')));
}

function stars({ effect, actions, notActions, resources, notResources }: PolicyStatement): string[] {
  if (effect === 'Deny') return [];
  const problems = actions
    .filter((action) => action.includes('*'))
    .map((action) => `allows the action ${action}`);
  if (notActions.length > 0) problems.push(`allows everything but ${notActions.join(', ')} (NotAction)`);
  if (notResources.length > 0)
    problems.push(`allows every resource but ${notResources.join(', ')} (NotResource)`);
  for (const resource of resources) {
    if (resource === '*') {
      const restrictable = actions.filter((action) => !(action in WITHOUT_RESOURCES));
      if (restrictable.length > 0) problems.push(`allows ${restrictable.join(', ')} on *`);
    } else if (OPEN_ARN.test(resource)) problems.push(`allows ${actions.join(', ')} on ${resource}`);
  }
  return problems;
}
