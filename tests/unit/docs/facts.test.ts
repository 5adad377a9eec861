import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DOMAIN } from '../../../modules/addresses';
import { documents } from '../../support/documents';
import { problemsOfDocument, type Count } from '../../support/document-facts';
import { stackOf } from '../../support/infra-stack';

const ROOT = path.join(__dirname, '../../..');
const dev = stackOf('dev');
const COUNTS: readonly Count[] = [
  { pattern: /\b(\d+) resources(?=[:,] | are read)/g, actual: dev.addresses.length },
  { pattern: /\b(\d+) functions with a role/g, actual: dev.resources('aws_lambda_function').length },
  { pattern: /\b(\d+) tables\b/g, actual: dev.resources('aws_dynamodb_table').length },
  { pattern: /\b(\d+) APIs with access logs/g, actual: dev.resources('aws_apigatewayv2_api').length },
  { pattern: /\b(\d+) queues\b/g, actual: dev.resources('aws_sqs_queue').length },
  { pattern: /\b(\d+) alarms with a topic/g, actual: dev.resources('aws_cloudwatch_metric_alarm').length + 1 },
  { pattern: /\b(\d+) more with a domain/g, actual: Object.keys(DOMAIN).length },
];

// The changelog describes earlier versions, with names that no longer exist.
test.each(documents.filter((name) => name !== 'CHANGELOG.md'))('what %s names exists: paths, commands, flags, counts', (document) => {
  expect(problemsOfDocument(readFileSync(path.join(ROOT, document), 'utf8'), COUNTS)).toEqual([]);
});

test.each([
  ['a path', 'See `functions/core/nowhere.ts`.', 'the path functions/core/nowhere.ts does not exist'],
  ['a script', 'Run `npm run benchmark`.', 'package.json has no script benchmark'],
  ['a flag of a program', 'Run `npm run bench -- --quickly`.', 'npm run bench has a flag --quickly'],
  ['a flag in a block', '```sh\nnpm start -- --prot 3000\n```', 'npm run start has a flag --prot'],
  ['a flag by itself', 'With `--quickly` it is quicker.', 'no program has a flag --quickly'],
  ['a count', 'A stack has 2 tables and a bus.', undefined],
  ['a wrong count', 'A stack has 7 tables and a bus.', '"7 tables": there are 2'],
])('finds %s that is not so', (_, text, problem) => {
  expect(problemsOfDocument(text, COUNTS)).toEqual(problem === undefined ? [] : [problem]);
});
