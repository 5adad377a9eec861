import { TerraformMessages } from '../../../oracle/terraform-messages';

const SUMMARY = { type: 'change_summary', changes: { add: 21, change: 0, remove: 0, operation: 'plan' } };
const done = (addr: string) => ({ type: 'apply_complete', hook: { resource: { addr }, action: 'create', elapsed_seconds: 1 } });
const failed = (address: string | undefined, summary: string, detail = '') => ({
  type: 'diagnostic',
  diagnostic: { severity: 'error', summary, detail, ...(address !== undefined && { address }) },
});

function heard(...messages: object[]): { messages: TerraformMessages; progress: string[] } {
  const progress: string[] = [];
  const terraform = new TerraformMessages('apply', (text) => progress.push(text));
  for (const message of messages) terraform.hear(JSON.stringify(message));
  return { messages: terraform, progress };
}

test('resources that are done are collected, and every tenth is told', () => {
  const { messages, progress } = heard(SUMMARY, ...Array.from({ length: 21 }, (_, i) => done(`aws_sqs_queue.q${i}`)));
  expect(messages.done.size).toBe(21);
  expect(progress).toEqual(['10 of 21 resources', '20 of 21 resources']);
});

test.each([
  ['StatusCode: 501, api error InternalFailure: not yet implemented or pro feature', 'unsupported'],
  ['StatusCode: 400, api error UnknownOperationException: PutDelivery', 'unsupported'],
  ['StatusCode: 400, InvalidAction: unsupported action', 'unsupported'],
  ['StatusCode: 500, error while deserializing xml error response', 'server-error'],
  ['StatusCode: 400, BadRequestException: At least one route is required before deploying the Api', 'rejected'],
])('an error "%s" is %s', (summary, kind) => {
  const { messages, progress } = heard(failed('aws_sqs_queue.failures', summary, 'and\n  more'));
  const message = `${summary}: and more`;
  expect(messages.refusals).toEqual([{ step: 'apply', address: 'aws_sqs_queue.failures', kind, message }]);
  expect(progress).toEqual([`aws_sqs_queue.failures: ${message}`]);
});

test('an error that concerns no resource is kept without an address', () => {
  expect(heard(failed(undefined, 'no valid credential')).messages.refusals).toMatchObject([{ address: undefined, kind: 'rejected' }]);
});

test('a long message is shortened', () => {
  const { messages } = heard(failed('aws_sqs_queue.q', 'x'.repeat(2000)));
  expect(messages.refusals[0]?.message.length).toBeLessThan(500);
});

test('warnings are no refusals', () => {
  const { messages } = heard({ type: 'diagnostic', diagnostic: { severity: 'warning', summary: 'Deprecated', detail: 'Use another.' } });
  expect([messages.warnings, messages.refusals]).toEqual([['Deprecated: Use another.'], []]);
});

test.each(['', 'a line of a provider', 'null', '[]'])('the line %j, which is no message, is passed over', (line) => {
  const { hear, done: resources, refusals } = new TerraformMessages('plan', () => undefined);
  hear(line);
  expect([resources.size, refusals.length]).toEqual([0, 0]);
});
