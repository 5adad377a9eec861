/** A small stack with alarms, in Terraform JSON: one function behind an HTTP API, and one function that an alarm invokes. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { strToU8, zipSync } from 'fflate';

const ACCOUNT = { region: 'eu-central-1', accountId: '000000000000' };

/** A function that answers and logs metrics in the embedded metric format. For `/fail` it throws. */
const VISIT = `
exports.handler = async ({ rawPath }) => {
  const failed = rawPath === '/fail';
  process.stdout.write(JSON.stringify({
    _aws: { Timestamp: Date.now(), CloudWatchMetrics: [{
      Namespace: 'Shop', Dimensions: [['service'], ['service', 'cohort']],
      Metrics: [{ Name: 'Requests', Unit: 'Count', StorageResolution: 1 }, { Name: 'Errors', Unit: 'Count', StorageResolution: 1 }],
    }] },
    service: 'visit', cohort: 'polling', Requests: 1, Errors: failed ? 1 : 0,
  }) + '\\n');
  if (failed) throw new Error('out of order');
  return { statusCode: 200, body: 'hello' };
};`;

/** A function that returns facts from its event. It fails if the alarm's description is `fail`. */
const ROLL_BACK = `
exports.handler = async ({ alarmData }) => {
  if (alarmData.configuration.description === 'fail') throw new Error('the table is gone');
  return { percent: 0, alarm: alarmData.alarmName, reason: alarmData.state.reason };
};`;

type Resources = Record<string, Record<string, Record<string, unknown>>>;
const policy = (...statements: object[]): string => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const allow = (Action: unknown, Resource: unknown, more: object = {}): object => ({ Effect: 'Allow', Action, Resource, ...more });
const LOGS = allow(['logs:CreateLogStream', 'logs:PutLogEvents'], '*');

/** Changes that a test may make to the stack. */
export interface AlarmStackChanges {
  /** Changes the resources before they are written. */
  readonly change?: (resources: Resources) => void;
}

/** Writes the stack into a new folder. The test must remove the folder. */
export async function alarmStack({ change }: AlarmStackChanges = {}) {
  const directory = await mkdtemp(path.join(tmpdir(), 'alarm-stack-'));
  for (const [name, source] of Object.entries({ visit: VISIT, 'roll-back': ROLL_BACK })) {
    await writeFile(path.join(directory, `${name}.zip`), zipSync({ 'index.js': strToU8(source) }));
  }
  const resource = resources();
  change?.(resource);
  const file = path.join(directory, 'cdk.tf.json');
  await writeFile(file, JSON.stringify({ resource, output: { visitor_url: { value: '${aws_apigatewayv2_stage.visitors.invoke_url}' } } }));
  return { directory, file, account: ACCOUNT };
}

const lambda = (name: string): Record<string, unknown> => ({
  function_name: name,
  handler: 'index.handler',
  runtime: 'nodejs22.x',
  filename: `${name}.zip`,
  role: `\${aws_iam_role.${name}.arn}`,
  timeout: 120,
});
const role = (name: string): Record<string, unknown> => ({
  name,
  assume_role_policy: policy({ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }),
});
const alarm = (name: string, more: object): Record<string, unknown> => ({
  alarm_name: name,
  comparison_operator: 'GreaterThanThreshold',
  threshold: 0,
  evaluation_periods: 1,
  treat_missing_data: 'notBreaching',
  ...more,
});

function resources(): Resources {
  const topic = '${aws_sns_topic.alarms.arn}';
  return {
    aws_apigatewayv2_api: { visitors: { name: 'visitors', protocol_type: 'HTTP' } },
    aws_apigatewayv2_stage: { visitors: { api_id: '${aws_apigatewayv2_api.visitors.id}', name: '$default', auto_deploy: true } },
    aws_apigatewayv2_integration: {
      visit: {
        api_id: '${aws_apigatewayv2_api.visitors.id}',
        integration_type: 'AWS_PROXY',
        payload_format_version: '2.0',
        integration_uri: '${aws_lambda_function.visit.invoke_arn}',
      },
    },
    aws_apigatewayv2_route: {
      visit: {
        api_id: '${aws_apigatewayv2_api.visitors.id}',
        route_key: '$default',
        target: 'integrations/${aws_apigatewayv2_integration.visit.id}',
      },
    },
    aws_lambda_function: { visit: lambda('visit'), 'roll-back': lambda('roll-back') },
    aws_iam_role: { visit: role('visit'), 'roll-back': role('roll-back') },
    aws_iam_role_policy: {
      visit: { role: '${aws_iam_role.visit.name}', policy: policy(LOGS) },
      'roll-back': { role: '${aws_iam_role.roll-back.name}', policy: policy(LOGS, allow('sns:Publish', topic)) },
    },
    aws_lambda_permission: {
      visit: {
        action: 'lambda:InvokeFunction',
        function_name: '${aws_lambda_function.visit.function_name}',
        principal: 'apigateway.amazonaws.com',
        source_arn: '${aws_apigatewayv2_api.visitors.execution_arn}/*',
      },
      'roll-back': {
        action: 'lambda:InvokeFunction',
        function_name: '${aws_lambda_function.roll-back.function_name}',
        principal: 'lambda.alarms.cloudwatch.amazonaws.com',
        source_arn: '${aws_cloudwatch_composite_alarm.rollback.arn}',
        source_account: ACCOUNT.accountId,
      },
    },
    aws_lambda_function_event_invoke_config: {
      'roll-back': {
        function_name: '${aws_lambda_function.roll-back.function_name}',
        maximum_retry_attempts: 0,
        destination_config: { on_success: { destination: topic }, on_failure: { destination: topic } },
      },
    },
    aws_sns_topic: { alarms: { name: 'alarms' } },
    aws_sns_topic_policy: {
      alarms: {
        arn: topic,
        policy: policy(
          allow('sns:Publish', topic, {
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT.accountId } },
          }),
        ),
      },
    },
    aws_sns_topic_subscription: { team: { topic_arn: topic, protocol: 'email', endpoint: 'team@example.com' } },
    aws_cloudwatch_dashboard: { all: { dashboard_name: 'all', dashboard_body: '{}' } },
    aws_cloudwatch_metric_alarm: {
      'error-rate': alarm('error-rate', {
        threshold: 0.5,
        metric_query: [
          { id: 'rate', expression: 'errors / requests', return_data: true },
          ...['Errors', 'Requests'].map((metric_name) => ({
            id: metric_name.toLowerCase(),
            metric: { namespace: 'Shop', metric_name, dimensions: { service: 'visit', cohort: 'polling' }, period: 10, stat: 'Sum' },
          })),
        ],
      }),
      'function-errors': alarm('function-errors', {
        namespace: 'AWS/Lambda',
        metric_name: 'Errors',
        dimensions: { FunctionName: '${aws_lambda_function.visit.function_name}' },
        period: 60,
        statistic: 'Sum',
        alarm_actions: [topic],
        ok_actions: [topic],
      }),
      'visitor-5xx': alarm('visitor-5xx', {
        namespace: 'AWS/ApiGateway',
        metric_name: '5xx',
        dimensions: { ApiId: '${aws_apigatewayv2_api.visitors.id}', Stage: '$default' },
        period: 60,
        statistic: 'Average',
        threshold: 0.5,
      }),
    },
    aws_cloudwatch_composite_alarm: {
      rollback: {
        alarm_name: 'rollback',
        alarm_rule: 'ALARM("${aws_cloudwatch_metric_alarm.error-rate.alarm_name}")',
        alarm_actions: ['${aws_lambda_function.roll-back.arn}', topic],
      },
    },
  };
}
