import { actionMatches, arnMatches, resourceMatches, wildcardMatches } from '../../../emulator/iam/matching';

test.each([
  ['*', '', true],
  ['a*c', 'abbc', true],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['a.c', 'abc', false],
  ['$default', '$default', true],
  ['a*', 'ba', false],
])('the text pattern "%s" matches the text "%s": %s', (pattern, text, expected) => {
  expect(wildcardMatches(pattern, text)).toBe(expected);
});

test('a wildcard of ArnLike does not match a colon, except in the last part', () => {
  expect(arnMatches('arn:aws:execute-api:*:abc/v1', 'arn:aws:execute-api:eu-central-1:000000000000:abc/v1')).toBe(false);
  expect(arnMatches('arn:aws:execute-api:*:*:abc/*', 'arn:aws:execute-api:eu-central-1:000000000000:abc/v1/GET/a:b')).toBe(true);
});

test.each([
  ['dynamodb:GetItem', 'dynamodb:GetItem', true],
  ['DynamoDB:getitem', 'dynamodb:GetItem', true],
  ['dynamodb:Get*', 'dynamodb:GetItem', true],
  ['dynamodb:*Item', 'dynamodb:BatchGetItem', true],
  ['dynamodb:Get?tem', 'dynamodb:GetItem', true],
  ['*', 'dynamodb:GetItem', true],
  ['dynamodb:GetItem', 'dynamodb:GetItems', false],
  ['dynamodb:Get*', 'events:GetItem', false],
])('the action pattern %s matches the action %s: %s', (pattern, action, expected) => {
  expect(actionMatches(pattern, action)).toBe(expected);
});

const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table/tunnels';

test.each([
  ['*', TABLE, true],
  [TABLE, TABLE, true],
  ['arn:aws:dynamodb:us-east-1:000000000000:table/*', TABLE, true],
  ['arn:aws:dynamodb:us-east-1:000000000000:table/tunnel?', TABLE, true],
  ['arn:aws:dynamodb:*:*:table/tunnels', TABLE, true],
  // Missing parts at the end are filled in.
  ['arn:aws:dynamodb', TABLE, true],
  ['arn:aws:sqs', TABLE, false],
  ['arn:aws:dynamodb:*:table/tunnels', TABLE, false],
  // A star at the end of a part matches further parts; a star within a part does not.
  ['arn:aws:*:table/tunnels:*:*:*', 'arn:aws:dynamodb:us-east-1:000000000000:table/tunnels:a:b:c', true],
  ['arn:aws:dynamodb:us*s:000000000000:table/tunnels', TABLE, false],
  ['arn:aws:dynamodb:us-east-1:000000000000:*s', TABLE, true],
  ['arn:aws:dynamodb:us-east-1?000000000000:table/tunnels', TABLE, false],
  [
    'arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/sweep:*',
    'arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/sweep:log-stream:a',
    true,
  ],
  // Names are case-sensitive, and a dot is only a dot.
  [TABLE, TABLE.replace('tunnels', 'Tunnels'), false],
  ['arn:aws:dynamodb:us-east-1:000000000000:table/tun.els', TABLE, false],
  ['arn:aws:dynamodb:us-east-1:000000000000:table/t.*', 'arn:aws:dynamodb:us-east-1:000000000000:table/t.x', true],
])('the resource pattern %s matches the resource %s: %s', (pattern, resource, expected) => {
  expect(resourceMatches(pattern, resource)).toBe(expected);
});
