import type { Context } from '../../../emulator/iam/conditions';
import { evaluate } from '../../../emulator/iam/evaluate';
import { allow, deny, statementsOf, TUNNELS } from '../../support/iam-fixture';

const READ = { action: 'dynamodb:GetItem', resource: TUNNELS };
const effect = (statements: object[], access = READ): string => evaluate(access, statementsOf(...statements)).effect;

test('an access that no statement allows is implicitly denied, and the decision names no statement', () => {
  expect(evaluate(READ, [])).toEqual({ effect: 'implicitly-denied', statements: [] });
  expect(effect([allow('dynamodb:PutItem', TUNNELS), allow('dynamodb:GetItem', `${TUNNELS}-2`)])).toBe('implicitly-denied');
});

test('a decision names the statements that allow the access', () => {
  const statements = statementsOf(allow('dynamodb:GetItem', TUNNELS), allow('dynamodb:PutItem', TUNNELS), allow(['dynamodb:*'], ['*']));
  expect(evaluate(READ, statements).statements.map(({ where }) => where)).toEqual([
    'aws_iam_role_policy.sweep.policy Statement[0]',
    'aws_iam_role_policy.sweep.policy Statement[2]',
  ]);
});

test('a Deny statement overrides an Allow statement in any order', () => {
  expect(effect([allow('*', '*'), deny('dynamodb:GetItem', TUNNELS)])).toBe('explicitly-denied');
  expect(effect([deny('dynamodb:GetItem', TUNNELS), allow('*', '*')])).toBe('explicitly-denied');
  expect(effect([deny('dynamodb:PutItem', TUNNELS), allow('*', '*')])).toBe('allowed');
});

test('NotAction and NotResource match every other action and resource', () => {
  const notAction = { Effect: 'Allow', NotAction: ['dynamodb:PutItem', 'dynamodb:Delete*'], Resource: '*' };
  expect(effect([notAction])).toBe('allowed');
  expect(effect([notAction], { ...READ, action: 'dynamodb:DeleteItem' })).toBe('implicitly-denied');
  const notResource = { Effect: 'Deny', Action: '*', NotResource: [TUNNELS] };
  expect(effect([allow('*', '*'), notResource])).toBe('allowed');
  expect(effect([allow('*', '*'), notResource], { ...READ, resource: `${TUNNELS}/index/owner` })).toBe('explicitly-denied');
});

describe('in a policy condition,', () => {
  const holds = (condition: object, context: Context): boolean =>
    evaluate({ ...READ, context }, statementsOf(allow('*', '*', { Condition: condition }))).effect === 'allowed';
  const rule = 'arn:aws:events:us-east-1:000000000000:rule/minute';

  test.each<[string, object, Context, boolean]>([
    ['StringEquals is case-sensitive', { StringEquals: { 'events:source': 'tunnel' } }, { 'events:source': 'Tunnel' }, false],
    [
      'StringEquals is true if one of several values is equal',
      { StringEquals: { 'events:source': ['a', 'b'] } },
      { 'events:source': 'b' },
      true,
    ],
    ['StringLike accepts wildcards', { StringLike: { 'events:source': 't?nn*' } }, { 'events:source': 'tunnel' }, true],
    [
      'StringNotEquals is false if one of several values is equal',
      { StringNotEquals: { 'events:source': ['a', 'b'] } },
      { 'events:source': 'b' },
      false,
    ],
    ['StringNotLike accepts wildcards', { StringNotLike: { 'events:source': 't*' } }, { 'events:source': 'event' }, true],
    [
      'ArnEquals accepts wildcards like ArnLike',
      { ArnEquals: { 'aws:SourceArn': 'arn:aws:events:*:*:rule/*' } },
      { 'aws:SourceArn': rule },
      true,
    ],
    ['ArnLike compares ARNs part by part', { ArnLike: { 'aws:SourceArn': 'arn:aws:events:*:rule/*' } }, { 'aws:SourceArn': rule }, false],
    ['ArnNotEquals is false for an equal ARN', { ArnNotEquals: { 'aws:SourceArn': rule } }, { 'aws:SourceArn': rule }, false],
    [
      'ArnNotLike is true for an ARN that does not match',
      { ArnNotLike: { 'aws:SourceArn': 'arn:aws:sqs:*:*:*' } },
      { 'aws:SourceArn': rule },
      true,
    ],
    ['Bool accepts a JSON boolean and a text', { Bool: { 'aws:SecureTransport': false } }, { 'aws:SecureTransport': 'false' }, true],
    ['keys are case-insensitive', { Bool: { 'AWS:securetransport': 'true' } }, { 'aws:SecureTransport': 'true' }, true],
    ['StringEquals is false for a missing key', { StringEquals: { 'kms:ViaService': 'a' } }, {}, false],
    ['StringNotEquals is true for a missing key', { StringNotEquals: { 'kms:ViaService': 'a' } }, {}, true],
    ['StringEqualsIfExists is true for a missing key', { StringEqualsIfExists: { 'kms:ViaService': 'a' } }, {}, true],
    [
      'StringEqualsIfExists compares a key that exists',
      { StringEqualsIfExists: { 'kms:ViaService': 'a' } },
      { 'kms:ViaService': 'b' },
      false,
    ],
    [
      'all keys of an operator must match',
      { StringEquals: { 'events:source': 'a', 'events:detail-type': 'b' } },
      { 'events:source': 'a', 'events:detail-type': 'c' },
      false,
    ],
    [
      'all operators must match',
      { StringEquals: { 'events:source': 'a' }, Bool: { 'aws:SecureTransport': 'true' } },
      { 'events:source': 'a' },
      false,
    ],
  ])('%s', (_, condition, context, expected) => {
    expect(holds(condition, context)).toBe(expected);
  });
});
