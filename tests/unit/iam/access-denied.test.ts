import { accessDenied } from '../../../emulator/iam/access-denied';
import type { Decision } from '../../../emulator/iam/evaluate';
import type { Caller } from '../../../emulator/iam/principals';
import { deny, parse, QUEUE, ROLE_ARN, statementsOf, TUNNELS } from '../../support/iam-fixture';

const SWEEP: Caller = { kind: 'role', roleArn: ROLE_ARN, functionName: 'sweep' };
const IMPLICIT: Decision = { effect: 'implicitly-denied', statements: [] };
const USER = 'User: arn:aws:sts::000000000000:assumed-role/sweep-role/sweep is not authorized to perform:';
const CONNECTION = 'arn:aws:execute-api:us-east-1:000000001234:abc/v1/POST/@connections/XYZ=';

test.each<[string, string, string, Decision, number, string]>([
  [
    'the standard wording',
    'dynamodb:GetItem',
    TUNNELS,
    IMPLICIT,
    400,
    `${USER} dynamodb:GetItem on resource: ${TUNNELS} because no identity-based policy allows the dynamodb:GetItem action`,
  ],
  [
    'the wording of an explicit deny in a policy of the role',
    'dynamodb:GetItem',
    TUNNELS,
    { effect: 'explicitly-denied', statements: statementsOf(deny('*', '*')) },
    400,
    `${USER} dynamodb:GetItem on resource: ${TUNNELS} with an explicit deny in an identity-based policy`,
  ],
  [
    'the wording of an explicit deny in a resource policy, with the SQS action in lower case',
    'sqs:SendMessage',
    QUEUE,
    { effect: 'explicitly-denied', statements: parse('resource', deny('*', '*', { Principal: '*' })) },
    400,
    `${USER} sqs:sendmessage on resource: ${QUEUE} with an explicit deny in a resource-based policy`,
  ],
  [
    'the wording of S3, with the resource in quotation marks',
    's3:GetObject',
    'arn:aws:s3:::bodies/requests/1',
    IMPLICIT,
    403,
    `${USER} s3:GetObject on resource: "arn:aws:s3:::bodies/requests/1" because no identity-based policy allows the s3:GetObject action`,
  ],
  [
    'the wording of API Gateway, which hides account and connection',
    'execute-api:ManageConnections',
    CONNECTION,
    IMPLICIT,
    403,
    `${USER} execute-api:ManageConnections on resource: arn:aws:execute-api:us-east-1:********1234:abc/v1/POST/@connections/{connectionId}`,
  ],
  [
    'the wording of KMS, which does not name the key',
    'kms:Decrypt',
    'arn:aws:kms:us-east-1:000000000000:key/1',
    IMPLICIT,
    400,
    'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
  ],
])('an AccessDenied error has %s', (_, action, resource, decision, status, message) => {
  expect(accessDenied(SWEEP, { action, resource }, decision)).toMatchObject({ status, code: 'AccessDeniedException', message });
});

test('an AccessDenied error of a service names the resource policy, because a service has no role', () => {
  const events: Caller = { kind: 'service', service: 'events.amazonaws.com' };
  expect(accessDenied(events, { action: 'sqs:SendMessage', resource: QUEUE }, IMPLICIT).message).toBe(
    `User: events.amazonaws.com is not authorized to perform: sqs:sendmessage on resource: ${QUEUE} because no resource-based policy allows the sqs:sendmessage action`,
  );
});
