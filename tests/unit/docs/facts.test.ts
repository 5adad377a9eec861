import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DOMAIN } from '../../../modules/addresses';
import { documents } from '../../support/documents';
import { problemsOfDocument, type Count } from '../../support/document-facts';
import { stackOf } from '../../support/infra-stack';

const ROOT = path.join(__dirname, '../../..');
const dev = stackOf('dev');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
/** The mutation score below which `npm run test:mutation` fails, in percent. */
const floor = Number(/\bbreak: (\d+)/.exec(read('stryker.config.mjs'))?.[1]);
const COUNTS: readonly Count[] = [
  { pattern: /\b(\d+) resources(?=[:,] | are read)/g, actual: dev.addresses.length },
  { pattern: /\b(\d+) functions with a role/g, actual: dev.resources('aws_lambda_function').length },
  { pattern: /\b(\d+) tables\b/g, actual: dev.resources('aws_dynamodb_table').length },
  { pattern: /\b(\d+) APIs with access logs/g, actual: dev.resources('aws_apigatewayv2_api').length },
  { pattern: /\b(\d+) queues\b/g, actual: dev.resources('aws_sqs_queue').length },
  { pattern: /\b(\d+) alarms with a topic/g, actual: dev.resources('aws_cloudwatch_metric_alarm').length + 1 },
  { pattern: /\b(\d+) more with a domain/g, actual: Object.keys(DOMAIN).length },
  { pattern: /\ba floor of (\d+) %/g, actual: floor },
];

// The changelog describes earlier versions, with names that no longer exist.
test.each(documents.filter((name) => name !== 'CHANGELOG.md'))('the paths, npm scripts, flags and counts in %s are correct', (document) => {
  expect(problemsOfDocument(read(document), COUNTS)).toEqual([]);
});

test.each(['CONTRIBUTING.md', 'tests/README.md'])('%s names the floor of the mutation score', (document) => {
  expect(read(document)).toContain(`a floor of ${floor} %`);
});

test.each([
  ['reports a path that does not exist', 'See `functions/core/nowhere.ts`.', 'the path functions/core/nowhere.ts does not exist'],
  ['reports an npm script that does not exist', 'Run `npm run benchmark`.', 'package.json has no script benchmark'],
  ['reports a flag that the npm script does not have', 'Run `npm run bench -- --quickly`.', 'npm run bench has a flag --quickly'],
  [
    'reports a flag in a code block that the npm script does not have',
    '```sh\nnpm start -- --prot 3000\n```',
    'npm run start has a flag --prot',
  ],
  ['reports a flag that no program has', 'With `--quickly` it is quicker.', 'no program has a flag --quickly'],
  ['accepts a correct count', 'A stack has 2 tables and a bus.', undefined],
  ['reports a wrong count', 'A stack has 7 tables and a bus.', '"7 tables": there are 2'],
])('the check of a document %s', (_, text, problem) => {
  expect(problemsOfDocument(text, COUNTS)).toEqual(problem === undefined ? [] : [problem]);
});
