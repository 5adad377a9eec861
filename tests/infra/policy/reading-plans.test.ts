import { checkPolicy } from '../../../policy/check-policy';
import { RULES } from '../../../policy/rules';
import type { PlanJson, ResourceChange } from '../../../policy/terraform/plan-json';
import { readPlan } from '../../../policy/terraform/read-plan';

/** A plan as Terraform writes it for HCL, where a plan has no text of an expression, only what it refers to. */
function planOf(type: string, change: Partial<ResourceChange['change']>, expressions: object, variables = {}): PlanJson {
  return {
    format_version: '1.2',
    resource_changes: [
      {
        address: `${type}.it`,
        mode: 'managed',
        type,
        name: 'it',
        change: {
          actions: ['create'],
          before: null,
          after: {},
          after_unknown: {},
          after_sensitive: {},
          ...change,
        },
      },
    ],
    configuration: {
      root_module: { resources: [{ address: `${type}.it`, expressions: { ...expressions } }], variables },
    },
  };
}

function outcomesOf(rule: string, plan: PlanJson) {
  const rules = RULES.filter(({ id }) => id === rule);
  return checkPolicy(readPlan('plan', plan), { rules, today: new Date() }).verdicts.map(({ outcome, problems }) => [outcome, ...problems]);
}

describe('a value that a plan does not know', () => {
  it('leaves a rule undecided, neither passed nor violated', () => {
    const plan = planOf(
      'aws_iam_role_policy',
      { after: { name: 'it' }, after_unknown: { policy: true } },
      {
        policy: {
          references: ['aws_sqs_queue.a.arn', 'aws_sqs_queue.a', 'aws_sqs_queue.b.arn', 'aws_sqs_queue.b'],
        },
      },
    );
    expect(outcomesOf('iam-stars', plan)).toEqual([['undecided', 'policy is not known yet']]);
  });

  it('leaves a rule about a number undecided when it refers to another resource', () => {
    const plan = planOf(
      'aws_cloudwatch_log_group',
      { after: {}, after_unknown: { retention_in_days: true } },
      { retention_in_days: { references: ['aws_ssm_parameter.days.value', 'aws_ssm_parameter.days'] } },
    );
    expect(outcomesOf('log-retention', plan)).toEqual([['undecided', 'retention_in_days is not known yet']]);
  });

  it('counts as set when it refers to one resource', () => {
    const plan = planOf(
      'aws_lambda_event_source_mapping',
      {
        after: { destination_config: [{ on_failure: [{}] }] },
        after_unknown: { destination_config: [{ on_failure: [{ destination_arn: true }] }] },
      },
      {
        destination_config: [{ on_failure: [{ destination_arn: { references: ['aws_sqs_queue.a.arn', 'aws_sqs_queue.a'] } }] }],
      },
    );
    expect(outcomesOf('mapping-failure-destination', plan)).toEqual([['holds']]);
  });

  it('counts as not set when it is not configured and AWS computes it', () => {
    const plan = planOf('aws_cloudwatch_log_group', { after: {}, after_unknown: { retention_in_days: true } }, {});
    expect(outcomesOf('log-retention', plan)).toEqual([['violated', 'retention_in_days is not set']]);
  });

  it('does not hide a secret among the known values', () => {
    const plan = planOf(
      'aws_lambda_function',
      {
        after: { environment: [{ variables: { MOTTO: 'the secret itself' } }] },
        after_unknown: { environment: [{ variables: { LATER: true } }] },
        after_sensitive: { environment: [{ variables: { MOTTO: true } }] },
      },
      {
        environment: [{ variables: { references: ['var.motto', 'aws_sqs_queue.a.url', 'aws_sqs_queue.a'] } }],
      },
    );
    expect(outcomesOf('lambda-environment-secrets', plan)).toEqual([
      ['violated', 'environment variable MOTTO is a value that Terraform holds as sensitive'],
    ]);
  });
});

describe('a resource in a module', () => {
  it('is checked with the configuration of the module, whatever count and for_each add to its address', () => {
    const plan = planOf('aws_cloudwatch_log_group', { after: { retention_in_days: 7 } }, {});
    const [change] = plan.resource_changes ?? [];
    const address = 'module.logs["a"].aws_cloudwatch_log_group.it[0]';
    expect(
      outcomesOf('log-retention', {
        ...plan,
        resource_changes: [{ ...(change as ResourceChange), address }],
      }),
    ).toEqual([['holds']]);
  });
});
