import fs from 'node:fs';
import path from 'node:path';
import { npmScripts } from '../support/npm-scripts';
import { prodWithDoor, synthesizeStack } from '../support/infra-stack';
import { parseRunbook, readRunbooks, RUNBOOKS, type Runbook } from '../support/runbook';
import { problemsOfCommand, problemsOfQuery, problemsOfRunbooks } from '../support/runbook-checks';

/** Has every alarm. */
const stack = synthesizeStack(prodWithDoor);
const alarmIds = ['aws_cloudwatch_metric_alarm', 'aws_cloudwatch_composite_alarm'].flatMap((type) =>
  stack.resources(type).map(([address]) => address.split('.')[1] ?? ''),
);
const documents = readRunbooks();
const runbooks = documents.filter(({ id }) => id !== 'README');

/** Programs that do not exist yet: their commands are checked as soon as package.json has the script. */
const TO_COME = ['rollout', 'trace'].filter((script) => !(script in npmScripts()));
const isToCome = (line: string): boolean => TO_COME.some((script) => line.startsWith(`npm run ${script} `));

describe('the runbooks', () => {
  it('exist once for each alarm, with its name as title and with every section', () => {
    expect(alarmIds.length).toBeGreaterThan(15);
    expect(problemsOfRunbooks(alarmIds, runbooks)).toEqual([]);
  });

  it('are each listed once in their index', () => {
    const index = fs.readFileSync(path.join(RUNBOOKS, 'README.md'), 'utf8');
    const listed = [...index.matchAll(/^\| \[([\w-]+)\]\(\1\.md\) \|/gm)].map(([, id]) => id);
    expect(listed.sort()).toEqual([...alarmIds].sort());
  });

  it.each(documents)('have only valid commands in $id', async ({ commands }) => {
    const problems = await Promise.all(commands.filter((line) => !isToCome(line)).map((line) => problemsOfCommand(line, stack)));
    expect(problems.flat()).toEqual([]);
  });

  it.each(documents)('have queries only for existing log groups and log lines in $id', ({ queries }) => {
    expect(queries.flatMap((query) => problemsOfQuery(query, stack))).toEqual([]);
  });

  it.each(runbooks)('have at least one command in $id', ({ commands }) => {
    expect(commands.length).toBeGreaterThan(0);
  });
});

describe('the check of the runbooks reports', () => {
  const runbook = (id: string): Runbook => runbooks.find((one) => one.id === id) as Runbook;

  it('an alarm without a runbook, and a runbook without an alarm', () => {
    expect(problemsOfRunbooks(['throttles', 'new'], [runbook('throttles')])).toEqual(['alarm new has no runbook']);
    expect(problemsOfRunbooks([], [runbook('throttles')])).toEqual(['runbook throttles has no alarm']);
  });

  it('a missing section, and a title that is not the alarm', () => {
    const text = '# other\n\n## Recognize\n\n## Respond\n';
    expect(problemsOfRunbooks(['it'], [parseRunbook('it', text)])).toEqual([
      'runbook it is titled other',
      'runbook it has the sections Recognize, Respond',
    ]);
  });

  it.each([
    ['aws sqs purge-queue --queue-name it', 'aws sqs purge-queue takes no --queue-name'],
    ['aws sqs empty-queue', 'aws sqs empty-queue is not in tests/support/aws-cli.ts'],
    [
      'aws lambda get-function-concurrency --function-name http-tunnel-prod-sweeper',
      'http-tunnel-prod-sweeper is no name of aws_lambda_function',
    ],
    [
      'aws sqs purge-queue --queue-url "$(aws sqs get-queue-url --queue-name http-tunnel-prod-lost)"',
      'http-tunnel-prod-lost is no name of aws_sqs_queue',
    ],
    ['aws logs tail /aws/lambda/http-tunnel-prod-roll-bak --since 5m', '/aws/lambda/http-tunnel-prod-roll-bak is no name of'],
    ['aws cloudwatch describe-alarms --alarm-names http-tunnel-prod-stream-lag http-tunnel-prod-old', 'http-tunnel-prod-old is no name of'],
    ['npm run benchmark', 'package.json has no script benchmark'],
    ['npm run bench --quick', 'npm would take --quick for itself: write -- before it'],
    ['npm run bench -- --quickly', "npm run bench: unknown option '--quickly'"],
    ['npm run lint -- --fast', 'npm run lint has no parser for --fast'],
    ['aws logs tail /aws | grep x', 'cannot read the command from: | grep x'],
    ['curl http://example.com', 'curl is no program that runbooks use'],
  ])('the invalid command %s', async (line, problem) => {
    expect(await problemsOfCommand(line, stack)).toContainEqual(expect.stringContaining(problem));
  });

  it.each([
    ['filter message = "swept"', '/aws/lambda/http-tunnel-prod-sweep', undefined],
    ['filter message = "swept up"', '/aws/lambda/http-tunnel-prod-sweep', 'no function logs "swept up"'],
    ['filter a\n| select b', '/aws/lambda/http-tunnel-prod-sweep', '| select b is no stage of a query'],
    ['filter a\nsort b', '/aws/lambda/http-tunnel-prod-sweep', 'sort b is no stage of a query'],
    ['filter @type = "REPORT"', '/aws/lambda/http-tunnel-prod-sweep', 'no log has @type: functions log in JSON'],
    ['filter a', '/aws/lambda/sweep', '/aws/lambda/sweep is no log group'],
  ])('only the errors of the query %j over %s', (text, logGroup, problem) => {
    expect(problemsOfQuery({ logGroup, text }, stack)).toEqual(problem === undefined ? [] : [problem]);
  });
});
