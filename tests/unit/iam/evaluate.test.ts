import type { Context } from '../../../emulator/iam/conditions';
import { evaluate } from '../../../emulator/iam/evaluate';
import { allow, deny, statementsOf, TUNNELS } from '../../support/iam-fixture';

const READ = { action: 'dynamodb:GetItem', resource: TUNNELS };
const effect = (statements: object[], access = READ): string => evaluate(access, statementsOf(...statements)).effect;

test('what nothing allows is denied, without a statement to blame', () => {
  expect(evaluate(READ, [])).toEqual({ effect: 'implicitly-denied', statements: [] });
  expect(effect([allow('dynamodb:PutItem', TUNNELS), allow('dynamodb:GetItem', `${TUNNELS}-2`)])).toBe('implicitly-denied');
});

test('a decision names the statements that made it', () => {
  const statements = statementsOf(allow('dynamodb:GetItem', TUNNELS), allow('dynamodb:PutItem', TUNNELS), allow(['dynamodb:*'], ['*']));
  expect(evaluate(READ, statements).statements.map(({ where }) => where)).toEqual([
    'aws_iam_role_policy.sweep.policy Statement[0]',
    'aws_iam_role_policy.sweep.policy Statement[2]',
  ]);
});

test('a denial wins wherever it stands', () => {
  expect(effect([allow('*', '*'), deny('dynamodb:GetItem', TUNNELS)])).toBe('explicitly-denied');
  expect(effect([deny('dynamodb:GetItem', TUNNELS), allow('*', '*')])).toBe('explicitly-denied');
  expect(effect([deny('dynamodb:PutItem', TUNNELS), allow('*', '*')])).toBe('allowed');
});

test('NotAction and NotResource mean everything else', () => {
  const notAction = { Effect: 'Allow', NotAction: ['dynamodb:PutItem', 'dynamodb:Delete*'], Resource: '*' };
  expect(effect([notAction])).toBe('allowed');
  expect(effect([notAction], { ...READ, action: 'dynamodb:DeleteItem' })).toBe('implicitly-denied');
  const notResource = { Effect: 'Deny', Action: '*', NotResource: [TUNNELS] };
  expect(effect([allow('*', '*'), notResource])).toBe('allowed');
  expect(effect([allow('*', '*'), notResource], { ...READ, resource: `${TUNNELS}/index/owner` })).toBe('explicitly-denied');
});

describe('conditions', () => {
  const holds = (condition: object, context: Context): boolean =>
    evaluate({ ...READ, context }, statementsOf(allow('*', '*', { Condition: condition }))).effect === 'allowed';
  const rule = 'arn:aws:events:us-east-1:000000000000:rule/minute';

  test.each<[string, object, Context, boolean]>([
    ['StringEquals is exact', { StringEquals: { 'events:source': 'tunnel' } }, { 'events:source': 'Tunnel' }, false],
    ['any of several values will do', { StringEquals: { 'events:source': ['a', 'b'] } }, { 'events:source': 'b' }, true],
    ['StringLike takes wildcards', { StringLike: { 'events:source': 't?nn*' } }, { 'events:source': 'tunnel' }, true],
    ['none of several values may be, negated', { StringNotEquals: { 'events:source': ['a', 'b'] } }, { 'events:source': 'b' }, false],
    ['StringNotLike takes wildcards', { StringNotLike: { 'events:source': 't*' } }, { 'events:source': 'event' }, true],
    [
      'ArnEquals takes wildcards as ArnLike does',
      { ArnEquals: { 'aws:SourceArn': 'arn:aws:events:*:*:rule/*' } },
      { 'aws:SourceArn': rule },
      true,
    ],
    ['ArnLike goes part by part', { ArnLike: { 'aws:SourceArn': 'arn:aws:events:*:rule/*' } }, { 'aws:SourceArn': rule }, false],
    ['ArnNotEquals', { ArnNotEquals: { 'aws:SourceArn': rule } }, { 'aws:SourceArn': rule }, false],
    ['ArnNotLike', { ArnNotLike: { 'aws:SourceArn': 'arn:aws:sqs:*:*:*' } }, { 'aws:SourceArn': rule }, true],
    ['Bool takes JSON and text', { Bool: { 'aws:SecureTransport': false } }, { 'aws:SecureTransport': 'false' }, true],
    ['keys have no case', { Bool: { 'AWS:securetransport': 'true' } }, { 'aws:SecureTransport': 'true' }, true],
    ['a key that is not there fails', { StringEquals: { 'kms:ViaService': 'a' } }, {}, false],
    ['a key that is not there passes, negated', { StringNotEquals: { 'kms:ViaService': 'a' } }, {}, true],
    ['a key that is not there passes with IfExists', { StringEqualsIfExists: { 'kms:ViaService': 'a' } }, {}, true],
    ['IfExists compares what is there', { StringEqualsIfExists: { 'kms:ViaService': 'a' } }, { 'kms:ViaService': 'b' }, false],
    [
      'all keys must hold',
      { StringEquals: { 'events:source': 'a', 'events:detail-type': 'b' } },
      { 'events:source': 'a', 'events:detail-type': 'c' },
      false,
    ],
    [
      'all operators must hold',
      { StringEquals: { 'events:source': 'a' }, Bool: { 'aws:SecureTransport': 'true' } },
      { 'events:source': 'a' },
      false,
    ],
  ])('%s', (_, condition, context, expected) => {
    expect(holds(condition, context)).toBe(expected);
  });
});
