import { SERVICES } from '../../../emulator/aws-services';
import { requiredAccess } from '../../../emulator/iam/required-access';
import type { Place } from '../../../emulator/iam/place';

const KEY = 'arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555';
const ENCRYPTED = ['secret-bucket', 'table/secret', 'parameter/secret', 'secret-queue'];
const place: Place = {
  arn: (service, resource) => `arn:aws:${service}:us-east-1:000000000000:${resource}`,
  keyOf: (arn) => (ENCRYPTED.some((name) => arn.endsWith(`:${name}`)) ? KEY : undefined),
};

/** Rights in the form `dynamodb:GetItem on table/tunnels`, without the beginning that all ARNs in this file share. */
const needs = (service: string, operation: string, input: Record<string, unknown> = {}): string[] =>
  requiredAccess(SERVICES.access, { service, operation, input }, place).map(
    ({ action, resource }) => `${action} on ${resource.split(':').slice(5).join(':') || resource}`,
  );

const KEY_ID = KEY.split(':')[5];

test.each<[string, string, Record<string, unknown>, string[]]>([
  ['dynamodb', 'GetItem', { TableName: 'tunnels' }, ['dynamodb:GetItem on table/tunnels']],
  ['dynamodb', 'GetItem', { TableName: 'arn:aws:dynamodb:eu-west-1:1:table/far' }, ['dynamodb:GetItem on table/far']],
  ['dynamodb', 'Query', { TableName: 'tunnels', IndexName: 'owner' }, ['dynamodb:Query on table/tunnels/index/owner']],
  [
    'dynamodb',
    'BatchGetItem',
    { RequestItems: { a: {}, b: {} } },
    ['dynamodb:BatchGetItem on table/a', 'dynamodb:BatchGetItem on table/b'],
  ],
  ['dynamodb', 'BatchWriteItem', { RequestItems: { a: [] } }, ['dynamodb:BatchWriteItem on table/a']],
  [
    'dynamodb',
    'TransactWriteItems',
    { TransactItems: [{ Put: { TableName: 'a' } }, { Put: { TableName: 'a' } }, { ConditionCheck: { TableName: 'b' } }] },
    ['dynamodb:PutItem on table/a', 'dynamodb:ConditionCheckItem on table/b'],
  ],
  ['dynamodb', 'TransactGetItems', { TransactItems: [{ Get: { TableName: 'a' } }] }, ['dynamodb:GetItem on table/a']],
  ['dynamodb', 'ListTables', {}, ['dynamodb:ListTables on *']],
  ['dynamodb', 'PutItem', { TableName: 'secret' }, ['dynamodb:PutItem on table/secret', `kms:Decrypt on ${KEY_ID}`]],
  [
    'events',
    'PutEvents',
    { Entries: [{ EventBusName: 'a' }, { EventBusName: 'a' }, {}] },
    ['events:PutEvents on event-bus/a', 'events:PutEvents on event-bus/default'],
  ],
  ['events', 'PutEvents', { Entries: [{ EventBusName: 'arn:aws:events:us-east-1:1:event-bus/b' }] }, ['events:PutEvents on event-bus/b']],
  ['events', 'PutRule', {}, ['events:PutRule on *']],
  ['ssm', 'GetParameter', { Name: '/http-tunnel/key' }, ['ssm:GetParameter on parameter/http-tunnel/key']],
  ['ssm', 'GetParameters', { Names: ['a', '/b'] }, ['ssm:GetParameters on parameter/a', 'ssm:GetParameters on parameter/b']],
  ['ssm', 'GetParameter', { Name: 'secret' }, ['ssm:GetParameter on parameter/secret']],
  ['ssm', 'GetParameter', { Name: 'secret', WithDecryption: true }, ['ssm:GetParameter on parameter/secret', `kms:Decrypt on ${KEY_ID}`]],
  ['s3', 'PutObject', { Bucket: 'bodies', Key: 'requests/1' }, ['s3:PutObject on bodies/requests/1']],
  ['s3', 'HeadObject', { Bucket: 'bodies', Key: 'a:b/c' }, ['s3:GetObject on bodies/a:b/c']],
  ['s3', 'ListObjectsV2', { Bucket: 'bodies', Prefix: 'requests/' }, ['s3:ListBucket on bodies']],
  ['s3', 'PutObject', { Bucket: 'secret-bucket', Key: 'k' }, ['s3:PutObject on secret-bucket/k', `kms:GenerateDataKey on ${KEY_ID}`]],
  ['s3', 'GetObject', { Bucket: 'secret-bucket', Key: 'k' }, ['s3:GetObject on secret-bucket/k', `kms:Decrypt on ${KEY_ID}`]],
  ['s3', 'DeleteObject', { Bucket: 'secret-bucket', Key: 'k' }, ['s3:DeleteObject on secret-bucket/k']],
  ['sqs', 'SendMessage', { QueueUrl: 'https://sqs.us-east-1.amazonaws.com/000000000000/failures' }, ['sqs:SendMessage on failures']],
  [
    'sqs',
    'DeleteMessageBatch',
    { QueueUrl: 'https://sqs.us-east-1.amazonaws.com/000000000000/failures' },
    ['sqs:DeleteMessage on failures'],
  ],
  ['sqs', 'GetQueueUrl', { QueueName: 'failures' }, ['sqs:GetQueueUrl on failures']],
  ['sqs', 'ListQueues', {}, ['sqs:ListQueues on *']],
  [
    'sqs',
    'SendMessage',
    { QueueUrl: 'https://q/secret-queue' },
    ['sqs:SendMessage on secret-queue', `kms:GenerateDataKey on ${KEY_ID}`, `kms:Decrypt on ${KEY_ID}`],
  ],
  [
    'execute-api',
    'ManageConnections',
    { apiId: 'abc', stage: 'v1', method: 'POST', connectionId: 'XYZ=' },
    ['execute-api:ManageConnections on abc/v1/POST/@connections/XYZ='],
  ],
  ['execute-api', 'Invoke', { apiId: 'abc', stage: 'v1', routeKey: '$connect' }, ['execute-api:Invoke on abc/v1/$connect']],
  ['kinesis', 'PutRecord', {}, ['kinesis:PutRecord on *']],
])('a call of %s %s with %j requires %j', (service, operation, input, expected) => {
  expect(needs(service, operation, input)).toEqual(expected);
});

test('the required right to an encryption key names the service through which the key is used', () => {
  const [, use] = requiredAccess(
    SERVICES.access,
    { service: 'ssm', operation: 'GetParameter', input: { Name: 'secret', WithDecryption: true } },
    place,
  );
  expect(use).toEqual({ action: 'kms:Decrypt', resource: KEY, context: { 'kms:ViaService': 'ssm.us-east-1.amazonaws.com' } });
});

test('the required right to PutEvents has the source and the detail type of each event as its context', () => {
  const input = {
    Entries: [
      { EventBusName: 'a', Source: 'tunnel', DetailType: 'Ready' },
      { EventBusName: 'a', Source: 'other', DetailType: 'Ready' },
    ],
  };
  expect(
    requiredAccess(SERVICES.access, { service: 'events', operation: 'PutEvents', input }, place).map(({ context }) => context),
  ).toEqual([
    { 'events:source': 'tunnel', 'events:detail-type': 'Ready' },
    { 'events:source': 'other', 'events:detail-type': 'Ready' },
  ]);
});
