import fs from 'node:fs';
import path from 'node:path';
import { problemsOfAwsCall } from './aws-cli';
import type { InfraStack } from './infra-stack';
import { npmScripts, optionParserOf } from './npm-scripts';
import { SECTIONS, type Runbook } from './runbook';
import { splitCommand, type CommandLine } from './shell-words';

/** Stages of a Logs Insights query: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html */
const STAGES = ['fields', 'filter', 'stats', 'sort', 'limit', 'parse', 'display', 'dedup'];

/** Placeholders in runbooks, with values for the checks. */
const STAND_INS: Readonly<Record<string, string>> = {
  REQUEST_ID: '3f0e8f0a-8f5e-4a53-9a0b-0f6b3f1a7c55',
  QUERY_ID: 'id',
};

/** Option of AWS's CLI → the Terraform types and the attribute that have the names for this option. */
const NAMES: Readonly<Record<string, readonly [types: readonly string[], attribute: string]>> = {
  '--alarm-name': [['aws_cloudwatch_metric_alarm', 'aws_cloudwatch_composite_alarm'], 'alarm_name'],
  '--alarm-names': [['aws_cloudwatch_metric_alarm', 'aws_cloudwatch_composite_alarm'], 'alarm_name'],
  '--event-bus-name': [['aws_cloudwatch_event_bus'], 'name'],
  '--function-name': [['aws_lambda_function'], 'function_name'],
  '--log-group-name': [['aws_cloudwatch_log_group'], 'name'],
  '--name': [['aws_cloudwatch_event_rule'], 'name'],
  '--queue-name': [['aws_sqs_queue'], 'name'],
  '--rule': [['aws_cloudwatch_event_rule'], 'name'],
  '--table-name': [['aws_dynamodb_table'], 'name'],
};

/** Problems: runbooks without an alarm, alarms without a runbook, and runbooks with wrong titles or sections. */
export function problemsOfRunbooks(alarmIds: readonly string[], runbooks: readonly Runbook[]): string[] {
  const ids = runbooks.map(({ id }) => id);
  return [
    ...alarmIds.filter((id) => !ids.includes(id)).map((id) => `alarm ${id} has no runbook`),
    ...ids.filter((id) => !alarmIds.includes(id)).map((id) => `runbook ${id} has no alarm`),
    ...runbooks.flatMap(({ id, title, sections }) => [
      ...(title === id ? [] : [`runbook ${id} is titled ${title}`]),
      ...(sections.filter((section) => section !== 'Prerequisites').join() === SECTIONS.join()
        ? []
        : [`runbook ${id} has the sections ${sections.join(', ')}`]),
    ]),
  ];
}

/** Problems of a command line in a runbook; empty if the command would run. */
export async function problemsOfCommand(line: string, stack: InfraStack): Promise<string[]> {
  try {
    return await problemsOf(splitCommand(line), stack);
  } catch (error) {
    return [(error as Error).message];
  }
}

async function problemsOf({ words, inner }: CommandLine, stack: InfraStack): Promise<string[]> {
  const [program = '', ...args] = words.map((word) => STAND_INS[word] ?? word);
  const problems = (await Promise.all(inner.map((command) => problemsOf(command, stack)))).flat();
  if (program === 'aws') return [...problems, ...(await problemsOfAwsCall(args)), ...problemsOfNames(args, stack)];
  if (program === 'npm') return [...problems, ...(await problemsOfScript(args))];
  return program === 'date' ? problems : [...problems, `${program} is no program that runbooks use`];
}

/** `npm run <script> -- <arguments>` */
async function problemsOfScript([run, script = '', dashes, ...args]: readonly string[]): Promise<string[]> {
  if (run !== 'run' || !(script in npmScripts())) return [`package.json has no script ${script}`];
  if (dashes !== undefined && dashes !== '--') return [`npm would take ${dashes} for itself: write -- before it`];
  const parse = await optionParserOf(script);
  if (!parse) return args.length === 0 ? [] : [`npm run ${script} has no parser for ${args.join(' ')}`];
  try {
    parse(args);
    return [];
  } catch (error) {
    return [`npm run ${script}: ${(error as Error).message}`];
  }
}

function namesIn(stack: InfraStack, types: readonly string[], attribute: string): unknown[] {
  return types.flatMap((type) => stack.resources(type).map(([, attributes]) => attributes[attribute]));
}

function problemsOfNames(args: readonly string[], stack: InfraStack): string[] {
  let option = '';
  return args.flatMap((arg) => {
    if (arg.startsWith('--')) option = arg;
    const isLogGroup = arg.startsWith('/aws/');
    const [types, attribute] = (isLogGroup ? NAMES['--log-group-name'] : NAMES[option]) ?? [];
    if (arg.startsWith('--') || !types || attribute === undefined) return [];
    return namesIn(stack, types, attribute).includes(arg) ? [] : [`${arg} is no name of ${types.join(' or ')}`];
  });
}

/** What only logs in text format have: functions log in JSON. */
const TEXT_FORMAT = /@type|@duration|@maxMemoryUsed|@initDuration|Task timed out|Runtime exited/;

/** Problems of a query: an unknown log group, unknown stages, log messages that no code writes, and fields that no log has. */
export function problemsOfQuery({ logGroup, text }: Runbook['queries'][number], stack: InfraStack): string[] {
  const groups = namesIn(stack, ['aws_cloudwatch_log_group'], 'name');
  const stages = text.split('\n').map((line, i) => ({ line, isPiped: line.startsWith('| '), isFirst: i === 0 }));
  const messages = [...text.matchAll(/\bmessage = "([^"]+)"/g)].map(([, message = '']) => message);
  return [
    ...(groups.includes(logGroup) ? [] : [`${logGroup} is no log group`]),
    ...stages
      .filter(({ line, isPiped, isFirst }) => isPiped === isFirst || !STAGES.includes(line.replace('| ', '').split(' ')[0] ?? ''))
      .map(({ line }) => `${line} is no stage of a query`),
    ...(TEXT_FORMAT.exec(text) ?? []).map((found) => `no log has ${found}: functions log in JSON`),
    ...messages.filter((message) => !isLogged(message)).map((message) => `no function logs "${message}"`),
  ];
}

const FUNCTIONS = path.join(__dirname, '../../functions');

/** Source of the functions, which contains the texts of their log lines. */
const source = fs
  .readdirSync(FUNCTIONS, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => fs.readFileSync(path.join(FUNCTIONS, file), 'utf8'))
  .join('\n');

const isLogged = (message: string): boolean => source.includes(`'${message}'`) || source.includes(`"${message}"`);
