import fs from 'node:fs';
import path from 'node:path';
import { checkPolicy } from '../../../policy/check-policy';
import type { Suppression } from '../../../policy/suppressions';
import type { PlanJson } from '../../../policy/terraform/plan-json';
import { readPlan } from '../../../policy/terraform/read-plan';
import { readSynthesizedStack, type StackJson } from '../../../policy/terraform/read-synthesized-stack';
import type { TerraformModel } from '../../../policy/terraform/terraform-model';
import { stackOf } from '../../support/infra-stack';

type Resources = Record<string, Record<string, Record<string, unknown>>>;

const recordedPlan = (name: string): TerraformModel =>
  readPlan(name, JSON.parse(fs.readFileSync(path.join(__dirname, `../plans/${name}.json`), 'utf8')) as PlanJson);

function violationsOf(model: TerraformModel, suppressions: readonly Suppression[] = []): string[] {
  return checkPolicy(model, { today: new Date(), suppressions })
    .verdicts.filter(({ outcome }) => outcome === 'violated')
    .map(({ rule, address, problems }) => `${rule}: ${address}: ${problems.join('; ')}`);
}

/** The violations in the stack of prod that a change adds. */
function stoppedBy(change: (resources: Resources) => void): string[] {
  const { text } = stackOf('prod');
  const stack = JSON.parse(text) as StackJson & { resource: Resources };
  const before = violationsOf(readSynthesizedStack('prod', JSON.parse(text) as StackJson));
  change(stack.resource);
  return violationsOf(readSynthesizedStack('prod', stack)).filter((violation) => !before.includes(violation));
}

describe('the policy rules', () => {
  it('report a star in a role', () => {
    const stopped = stoppedBy((resources) => {
      const policy = resources['aws_iam_role_policy']?.['sweep-policy'] ?? {};
      policy['policy'] = (policy['policy'] as string).replace('dynamodb:Scan', 'dynamodb:*');
    });
    expect(stopped).toEqual(['iam-stars: aws_iam_role_policy.sweep-policy: allows the action dynamodb:*']);
  });

  it('report a missing dead-letter queue', () => {
    const stopped = stoppedBy((resources) => {
      delete resources['aws_cloudwatch_event_target']?.['response-bus-target']?.['dead_letter_config'];
    });
    expect(stopped).toEqual(['rule-dead-letters: aws_cloudwatch_event_target.response-bus-target: dead_letter_config is not set']);
  });

  it('report a log group without retention', () => {
    const stopped = stoppedBy((resources) => {
      delete resources['aws_cloudwatch_log_group']?.['sweep-logs']?.['retention_in_days'];
    });
    expect(stopped).toEqual(['log-retention: aws_cloudwatch_log_group.sweep-logs: retention_in_days is not set']);
  });

  it('report a secret in an environment variable', () => {
    const stopped = stoppedBy((resources) => {
      const { variables } = resources['aws_lambda_function']?.['authorize-agent']?.['environment'] as {
        variables: Record<string, string>;
      };
      variables['MOTTO'] = '${var.agent_token_key}';
    });
    expect(stopped).toEqual([
      'lambda-environment-secrets: aws_lambda_function.authorize-agent: environment variable MOTTO is the sensitive variable agent_token_key',
    ]);
  });

  it('report a missing integration response', () => {
    const stopped = stoppedBy((resources) => {
      delete resources['aws_apigatewayv2_integration_response']?.['wake-channel-connect-integration-response'];
    });
    expect(stopped).toEqual([
      'websocket-integration-response: aws_apigatewayv2_integration.wake-channel-connect-integration: it has no integration response',
    ]);
  });

  it('report a renamed table, whether its name in AWS or its construct has changed', () => {
    const losses = violationsOf(recordedPlan('renamed-tables')).filter((violation) => violation.startsWith('stateful-loss'));
    expect(losses).toEqual([
      'stateful-loss: aws_dynamodb_table.pending-requests: would be destroyed: every row is lost, and its backups end',
      'stateful-loss: aws_dynamodb_table.tunnels: would be replaced because of name: every row is lost, and its backups end',
      'stateful-loss: aws_sqs_queue.response-stream-failures: would be destroyed: every message that waits is lost',
    ]);
  });

  it('report a star and a secret in a plan, without the value of the secret', () => {
    const violations = violationsOf(recordedPlan('rights-and-settings'));
    expect(violations).toContain('iam-stars: aws_iam_role_policy.connect-agent-policy: allows dynamodb:Scan on *');
    expect(violations).toContain(
      'lambda-environment-secrets: aws_lambda_function.connect-agent: environment variable SIGNING_KEY is the sensitive variable signing_key',
    );
    expect(violations.join()).not.toContain('a-value-that-nobody-may-print');
  });
});

describe('a plan that destroys nothing', () => {
  it.each(['first', 'no-change', 'rights-and-settings'])('has no data loss: %s', (name) => {
    expect(violationsOf(recordedPlan(name)).filter((violation) => violation.startsWith('stateful-loss'))).toEqual([]);
  });
});

describe('a suppression', () => {
  const acknowledged = {
    rule: 'stateful-loss',
    address: 'aws_dynamodb_table.*',
    reason: 'the tables hold nothing yet',
  };

  it('acknowledges a loss by address and environment, and its reason is in the report', () => {
    const report = checkPolicy(recordedPlan('renamed-tables'), {
      today: new Date(),
      suppressions: [{ ...acknowledged, environments: ['dev'] }],
    });
    const losses = report.verdicts.filter(({ rule, outcome }) => rule === 'stateful-loss' && outcome !== 'holds');
    expect(losses.map(({ address, outcome, reason }) => [address, outcome, reason])).toEqual([
      ['aws_dynamodb_table.pending-requests', 'suppressed', acknowledged.reason],
      ['aws_dynamodb_table.tunnels', 'suppressed', acknowledged.reason],
      ['aws_sqs_queue.response-stream-failures', 'violated', undefined],
    ]);
  });

  it('has no effect in another environment', () => {
    const suppressions: Suppression[] = [{ ...acknowledged, environments: ['prod'] }];
    expect(violationsOf(recordedPlan('renamed-tables'), suppressions)).toEqual(violationsOf(recordedPlan('renamed-tables')));
  });

  it('is reported as unused when its address exists and no longer violates the rule', () => {
    const unused = { ...acknowledged, rule: 'log-retention', address: 'aws_cloudwatch_log_group.*' };
    const elsewhere = { ...unused, address: 'aws_cloudwatch_log_group.of-another-stack' };
    const report = checkPolicy(recordedPlan('no-change'), {
      today: new Date(),
      suppressions: [unused, elsewhere],
    });
    expect(report.unusedSuppressions).toEqual([unused]);
  });
});
