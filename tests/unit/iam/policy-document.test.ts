import { parsePolicy, type PolicyKind } from '../../../emulator/iam/policy-document';
import { allow, document, parse, TUNNELS } from '../../support/iam-fixture';

const ADDRESS = 'aws_iam_role_policy.sweep.policy';
const parsing =
  (doc: unknown, kind: PolicyKind = 'identity') =>
  () =>
    parsePolicy({ address: ADDRESS, document: doc }, kind);

test('Statement, Action and Resource may each be a single value instead of a list', () => {
  expect(parsing({ Version: '2012-10-17', Statement: allow('dynamodb:GetItem', TUNNELS) })()).toEqual([
    {
      where: `${ADDRESS} Statement[0]`,
      effect: 'Allow',
      actions: { negated: false, patterns: ['dynamodb:GetItem'] },
      resources: { negated: false, patterns: [TUNNELS] },
      conditions: [],
    },
  ]);
});

test.each<[string, object, string]>([
  ['an unsupported element', allow('*', '*', { NotPrincipal: '*' }), 'does not know the element NotPrincipal'],
  ['an invalid effect', { ...allow('*', '*'), Effect: 'allow' }, 'Effect must be Allow or Deny'],
  ['an action without a service', allow('GetItem', '*'), '"GetItem" is not an action such as dynamodb:GetItem'],
  ['no action', { Effect: 'Allow', Resource: '*' }, 'needs either Action or NotAction'],
  ['both Resource and NotResource', allow('*', '*', { NotResource: '*' }), 'needs either Resource or NotResource'],
  ['a resource that is no text', allow('*', 7), 'Resource must be text or a list of texts'],
  ['a policy variable', allow('*', 'arn:aws:s3:::bucket/${aws:username}'), 'does not know policy variables'],
  ['a principal in a policy of a role', allow('*', '*', { Principal: '*' }), "a role's own policy has no Principal"],
  [
    'an unsupported condition operator',
    allow('*', '*', { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }),
    'the condition operator IpAddress; use one of StringEquals',
  ],
  [
    'a set operator in a condition',
    allow('*', '*', { Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'a' } } }),
    'the condition operator ForAllValues:StringEquals',
  ],
  [
    'an unsupported condition key',
    allow('*', '*', { Condition: { StringEquals: { 'aws:SourceVpc': 'v' } } }),
    'the condition key aws:SourceVpc; use one of aws:PrincipalAccount',
  ],
])('a policy statement with %s stops the boot with an error that names the statement and the problem', (_, statement, message) => {
  const parsed = parsing(document(allow('dynamodb:GetItem', '*'), statement));
  expect(parsed).toThrow(expect.objectContaining({ name: 'IamBootError' }));
  expect(parsed).toThrow(`${ADDRESS} Statement[1]`);
  expect(parsed).toThrow(message);
});

test.each<[string, unknown, string]>([
  ['of the old version 2008-10-17', { Version: '2008-10-17', Statement: [] }, 'must be "2012-10-17"'],
  ['that is no object', ['Statement'], 'is not a JSON object'],
])('a policy document %s stops the boot with an error that names its address', (_, doc, message) => {
  expect(parsing(doc)).toThrow(`${ADDRESS}: `);
  expect(parsing(doc)).toThrow(message);
});

test('a resource policy must have a Principal of a supported kind', () => {
  expect(() => parse('resource', allow('*', '*'))).toThrow('Principal is missing');
  expect(() => parse('resource', allow('*', '*', { Principal: { Federated: 'accounts.google.com' } }))).toThrow(
    'no principals of the kind Federated',
  );
  const [statement] = parse(
    'resource',
    allow('*', '*', { Principal: { AWS: ['*', 'arn:aws:iam::1:root'], Service: 'sqs.amazonaws.com' } }),
  );
  expect(statement?.principals).toEqual([
    { kind: 'anybody', name: '*' },
    { kind: 'aws', name: 'arn:aws:iam::1:root' },
    { kind: 'service', name: 'sqs.amazonaws.com' },
  ]);
});
