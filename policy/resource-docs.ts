/** `npm run resources:docs`: writes the table of resource counts into docs/plan-review.md, from the addresses in modules/addresses.ts. */
import fs from 'node:fs';
import path from 'node:path';
import { parseNothing, runProgram } from '../cli/command-line';
import { environments, type EnvironmentName } from '../environments';
import { DOMAIN, expectedAddresses, expectedBootstrapAddresses, NOTIFIED_PERSON } from '../modules/addresses';

const FILE = path.join(__dirname, '../docs/plan-review.md');

/** The columns, with the resource types that each one counts. Without types, a column counts all resources. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  Resources: [],
  Functions: ['aws_lambda_function'],
  APIs: ['aws_apigatewayv2_api'],
  Tables: ['aws_dynamodb_table'],
  Queues: ['aws_sqs_queue'],
  Alarms: ['aws_cloudwatch_metric_alarm', 'aws_cloudwatch_composite_alarm'],
};

const environmentNames = Object.keys(environments) as EnvironmentName[];

type Addresses = Readonly<Record<string, string>>;

/** Nothing to show is an empty cell. */
const cell = (count: number): string => (count === 0 ? '' : String(count));

const countsOf = (addresses: Addresses): number[] =>
  Object.values(COLUMNS).map(
    (types) => Object.keys(addresses).filter((address) => types.length === 0 || types.includes(address.split('.')[0] ?? '')).length,
  );

const row = (title: string, cells: readonly string[]): string => `| ${[title, ...cells].join(' | ')} |`;

/** What a setting changes in a stack. */
function changeRow(title: string, after: Addresses, before: Addresses): string {
  const old = countsOf(before);
  const changes = countsOf(after).map((count, i) => count - (old[i] ?? 0));
  return row(
    title,
    changes.map((change) => (change > 0 ? `+${change}` : cell(change))),
  );
}

/** The document with its table updated. */
export function withCounts(document: string): string {
  const dev = expectedAddresses('dev');
  const table = [
    row('Stack', Object.keys(COLUMNS)),
    `|---|${'---:|'.repeat(Object.keys(COLUMNS).length)}`,
    ...environmentNames.map((name) => row(`\`${name}\``, countsOf(expectedAddresses(name)).map(cell))),
    changeRow('a domain adds', { ...dev, ...DOMAIN }, dev),
    changeRow('`alarms.notifyEmail` adds', { ...dev, ...NOTIFIED_PERSON }, dev),
    changeRow("`wakeHello: 'function'` adds", expectedAddresses('dev', { wakeHello: 'function' }), dev),
    changeRow('`streamingDoor: true` adds', dev, expectedAddresses('dev', { streamingDoor: false })),
    row('`bootstrap-<account>`', countsOf(expectedBootstrapAddresses('dev')).map(cell)),
  ].join('\n');
  return document.replace(/(<!-- counts -->\n)[^]*(<!-- \/counts -->)/, (_, start: string, end: string) => `${start}${table}\n${end}`);
}

if (process.argv[1] && path.resolve(process.argv[1]) === __filename) {
  void runProgram(
    'resources:docs',
    parseNothing('npm run resources:docs --', 'Writes the table of resource counts into docs/plan-review.md.'),
    () => {
      fs.writeFileSync(FILE, withCounts(fs.readFileSync(FILE, 'utf8')));
      return 0;
    },
  );
}
