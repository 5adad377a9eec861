import type { Findings } from '../../../oracle/consult';
import { isFaultless, judge, type KnownFaults } from '../../../oracle/known-faults';
import { markdownReport } from '../../../oracle/markdown-report';
import { jsonReport, textReport } from '../../../oracle/report';
import { DIFFERENCE, FAULTLESS, REFUSAL, RESOURCES } from '../../support/oracle-findings';

const SUBJECT = { env: 'dev', endpoint: 'http://127.0.0.1:5000', startedAt: new Date('2026-12-01T10:00:00Z') };
const KNOWN: KnownFaults = {
  emulator: 'moto 5.2.1',
  faults: [{ resource: 'aws_sqs_queue', refusal: 'CreateQueue', why: 'there are no queues' }],
};
const REFUSED: Partial<Findings> = {
  applied: FAULTLESS.applied.slice(2),
  refusals: [REFUSAL],
  blocked: new Map([['aws_sqs_queue_policy.a', 'aws_sqs_queue.a']]),
};

const textOf = (findings: Partial<Findings>, known?: KnownFaults): string =>
  textReport(SUBJECT, judge({ ...FAULTLESS, ...findings }, RESOURCES, known));
const lastLine = (...args: Parameters<typeof textOf>): string =>
  textOf(...args)
    .split('\n')
    .at(-1) ?? '';

test('a run in which all went well says so', () => {
  expect(textOf({})).toBe(`dev at http://127.0.0.1:5000: 4 of 4 resources were applied.

Second plan: no changes to the 4 resources.

Visit: answered after 42 ms.

Everything was applied, planned without changes, and destroyed.`);
});

test('a run with known faults names them, and claims nothing about what could not be applied', () => {
  expect(textOf(REFUSED, KNOWN)).toContain('aws_sqs_queue.a: CreateQueue, StatusCode: 501\n    known: there are no queues');
  expect(lastLine(REFUSED, KNOWN)).toBe(
    'There were no faults but known ones of moto 5.2.1. Nothing is known of the 2 resources that were not applied.',
  );
});

test('a known fault that did not show is told with the remedy', () => {
  const text = textOf({}, KNOWN);
  expect(text).toContain(
    'Known faults of moto 5.2.1 that did not show:\n  aws_sqs_queue, refusal CreateQueue: there are no queues\n    if the emulator has been mended, take this entry out of the file',
  );
  expect(text).toContain('do not agree');
});

test('an endpoint that gives visitors no address is not held against the stack, and not called a success of the visit', () => {
  const visit = { outcome: 'impossible', reason: 'the endpoint names an address of AWS' } as const;
  expect(isFaultless(judge({ ...FAULTLESS, visit }, RESOURCES))).toBe(true);
  expect(textOf({ visit })).toContain('Visit: impossible, the endpoint names an address of AWS.');
});

test.each([
  ['a refused resource', { refusals: [REFUSAL] }, 'do not agree'],
  ['a difference', { differences: [DIFFERENCE] }, 'do not agree'],
  ['no second plan', { differences: undefined }, 'do not agree'],
  ['a visit that failed', { visit: { outcome: 'failed', reason: 'answered 502' } }, 'do not agree'],
  ['a resource that remains', { remaining: ['aws_sqs_queue.a'] }, 'do not agree'],
  ['a run that was stopped', { interrupted: true }, 'there is no verdict'],
] satisfies [string, Partial<Findings>, string][])('%s is a fault, and the last line says so', (_, findings, line) => {
  expect(isFaultless(judge({ ...FAULTLESS, ...findings }, RESOURCES))).toBe(false);
  expect(lastLine(findings)).toContain(line);
});

test('refusals, what refers to them, and differences are told with their reasons', () => {
  const text = textOf({
    ...REFUSED,
    differences: [DIFFERENCE, { ...DIFFERENCE, attribute: 'value', endpoint: undefined, stack: undefined }],
  });
  expect(text).toContain(
    'Refused during apply:\n  aws_sqs_queue.a: CreateQueue, StatusCode: 501\n    the endpoint says that it does not implement this',
  );
  expect(text).toContain('aws_sqs_queue_policy.a: refers to aws_sqs_queue.a');
  expect(text).toContain('aws_lambda_function.sweep kms_key_arn (update): the endpoint has "", the stack "yyy');
  expect(text).toContain('value (update): the endpoint has a sensitive value');
  expect(text).not.toContain('y'.repeat(200));
  expect(text).toContain('Second plan: 2 differences, 0 known.');
});

test('the findings as JSON are one line with every address', () => {
  const json = jsonReport(SUBJECT, judge({ ...FAULTLESS, ...REFUSED }, RESOURCES, KNOWN));
  expect(json).not.toContain('\n');
  expect(JSON.parse(json)).toMatchObject({
    env: 'dev',
    startedAt: '2026-12-01T10:00:00.000Z',
    emulator: 'moto 5.2.1',
    resources: FAULTLESS.resources,
    refusals: [{ address: 'aws_sqs_queue.a', known: 'there are no queues' }],
    blocked: { 'aws_sqs_queue_policy.a': 'aws_sqs_queue.a' },
    faultless: true,
  });
});

test('the report in Markdown has the versions, each step, the faults, and a row for each type of resource', () => {
  const text = markdownReport(SUBJECT, judge({ ...FAULTLESS, ...REFUSED }, RESOURCES, KNOWN));
  expect(text).toContain('# The stack `dev` at moto 5.2.1\n');
  expect(text).toContain('on 2026-12-01, with Terraform 1.11.4 and the AWS provider 5.100.0.');
  expect(text).toContain('- **Apply**: 2 of 4 resources\n');
  expect(text).toContain('- **Destroy**: nothing remains\n');
  expect(text).toContain('- `aws_sqs_queue.a: CreateQueue, StatusCode: 501`\n  known: there are no queues');
  expect(text).toContain('| `aws_lambda_function` | 1 | 1 |\n| `aws_sqs_queue` | 2 | 0 |\n| `aws_sqs_queue_policy` | 1 | 1 |');
});
