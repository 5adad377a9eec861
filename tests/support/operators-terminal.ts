/** The terminal of an operator who works on the local cloud: runs the commands that documents give. */
import { connect } from '../../rollout/connect';
import { parseRolloutOptions, type RolloutOptions } from '../../rollout/options';
import { runRollout } from '../../rollout/run';
import { OUTPUT, splitCommand, type CommandLine } from './shell-words';
import { signedCall } from './signed-call';
import type { CloudUnderTest } from './tunnel';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** The services of AWS's CLI that the local cloud answers, each with the target and the signing name of its protocol. */
const SERVICES: Readonly<Record<string, readonly [target: string, signingName: string]>> = {
  cloudwatch: ['GraniteServiceVersion20100801', 'monitoring'],
  dynamodb: ['DynamoDB_20120810', 'dynamodb'],
  sqs: ['AmazonSQS', 'sqs'],
};
const LISTS = ['AlarmNames', 'AlarmTypes'];
/** Options of the CLI itself. */
const OF_THE_CLI = ['Query', 'Output'];

/** Whether the local cloud has the service of this command. */
export const isForLocalCloud = (line: string): boolean =>
  line.startsWith('npm run rollout ') || (line.startsWith('aws ') && (line.split(' ')[1] ?? '') in SERVICES);

/** The command of a document, for the local cloud instead of the environment that the document names. */
const forLocalCloud = (line: string): string =>
  line.replace(/--env (prod|ENV)\b/g, '--env local').replaceAll('http-tunnel-prod-', 'http-tunnel-local-');

/**
 * Runs a command of `npm run rollout` or of AWS's CLI as it would run in a terminal.
 * @param initialPercent the share in the settings of the environment
 */
export function runOnLocalCloud(under: CloudUnderTest, line: string, initialPercent: number): Promise<Ran> {
  const command = splitCommand(forLocalCloud(line));
  return command.words[0] === 'aws' ? callAws(under, command) : rollout(under, command.words.slice(4), initialPercent);
}

async function rollout({ cloud }: CloudUnderTest, args: readonly string[], percent: number): Promise<Ran> {
  const { awsEndpoint: endpoint, spec, operator: credentials } = cloud.services;
  const lines = { out: [] as string[], error: [] as string[] };
  const options = parseRolloutOptions(args) as RolloutOptions;
  const place = { client: { region: spec.region, endpoint, credentials }, responsePath: { percent, useEventDriven: true } };
  const code = await runRollout(options, () => connect(options.env, options.timeFactor, place), {
    out: (text) => lines.out.push(text),
    error: (text) => lines.error.push(text),
  });
  return { code, out: lines.out.join('\n'), error: lines.error.join('\n') };
}

async function callAws(under: CloudUnderTest, { words: [, service = '', operation = '', ...args], inner }: CommandLine): Promise<Ran> {
  const outputs = await Promise.all(inner.map((command) => callAws(under, command)));
  const failed = outputs.find(({ code }) => code !== 0);
  if (failed) return failed;
  const [target = '', signingName = ''] = SERVICES[service] ?? [];
  const { Query, ...input } = inputOf(
    args,
    outputs.map(({ out }) => out),
  );
  const { awsEndpoint, operator: caller, spec } = under.cloud.services;
  const parameters = Object.fromEntries(Object.entries(input).filter(([name]) => !OF_THE_CLI.includes(name)));
  const call = { caller, region: spec.region };
  const { status, body } = await signedCall(awsEndpoint, signingName, `${target}.${pascalCase(operation)}`, parameters, call);
  if (status !== 200) return { code: 254, out: '', error: JSON.stringify(body) };
  const member = typeof Query === 'string' && Query in body ? body[Query] : body;
  return { code: 0, out: typeof member === 'string' ? member : JSON.stringify(member), error: '' };
}

/** `--queue-name a --alarm-types B C` → `{ QueueName: 'a', AlarmTypes: ['B', 'C'] }`. @param outputs what the inner commands have printed */
function inputOf(args: readonly string[], outputs: readonly string[]): Record<string, unknown> {
  const left = [...outputs];
  const values = new Map<string, unknown[]>();
  for (const arg of args) {
    if (arg.startsWith('--')) values.set(pascalCase(arg.slice(2)), []);
    else [...values.values()].at(-1)?.push(arg === OUTPUT ? left.shift() : valueOf(arg));
  }
  return Object.fromEntries([...values].map(([name, list]) => [name, LISTS.includes(name) ? list : list.length === 0 ? true : list[0]]));
}

const valueOf = (word: string): unknown => (word.startsWith('{') ? JSON.parse(word) : /^\d+$/.test(word) ? Number(word) : word);
const pascalCase = (name: string): string => name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
