import { GuardedQueues } from '../../../emulator/sqs/guarded-queues';
import { guardedLogs } from '../../../emulator/logs/guarded-logs';
import { GuardedStream } from '../../../emulator/streams/guarded-stream';
import { GuardedTopics } from '../../../emulator/sns/guarded-topics';
import { checkLambdaRights } from '../../../emulator/lambda/lambda-rights';
import { newOperator } from '../../../emulator/operator';
import type { LogLine } from '../../../emulator/services';
import { LocalTopics } from '../../../emulator/sns/local-topics';
import type { ResourcePolicySpec } from '../../../emulator/specs';
import { FakeQueues, FakeStream } from '../../support/events-fixture';
import {
  allow,
  call,
  deny,
  document,
  iamWith,
  MAPPING,
  QUEUE,
  RULE,
  STREAM,
  SWEEP,
  TOPIC,
  TRUST,
  TUNNELS,
} from '../../support/iam-fixture';

const reply = () => Promise.resolve({ status: 200, body: '{}' });
const READ_TUNNELS = call('dynamodb', 'GetItem', { TableName: 'tunnels' });

describe('a call of a function to AWS', () => {
  test('is forwarded if the role allows the action, and listeners get the decision with its statement', async () => {
    const { iam, decisions, warnings } = iamWith([allow('dynamodb:GetItem', TUNNELS)]);
    await expect(iam.intercept(READ_TUNNELS, reply)).resolves.toEqual({ status: 200, body: '{}' });
    expect(decisions).toMatchObject([
      {
        caller: { kind: 'role', functionName: 'sweep' },
        access: { action: 'dynamodb:GetItem', resource: TUNNELS, context: { 'aws:PrincipalAccount': '000000000000' } },
        decision: { effect: 'allowed', statements: [{ where: 'aws_iam_role_policy.sweep.policy Statement[0]' }] },
      },
    ]);
    expect(warnings).toEqual([]);
  });

  test('is refused before it reaches the service, and one warning says where to grant the right', async () => {
    const { iam, warnings } = iamWith([allow('dynamodb:PutItem', TUNNELS)]);
    let reached = false;
    const next = () => {
      reached = true;
      return reply();
    };
    for (let tries = 0; tries < 3; tries++)
      await expect(iam.intercept(READ_TUNNELS, next)).rejects.toMatchObject({ code: 'AccessDeniedException' });
    expect(reached).toBe(false);
    expect(warnings).toEqual([
      `access denied: sweep may not dynamodb:GetItem on ${TUNNELS}; no policy allows this: grant the action in modules/function-rights.ts`,
    ]);
  });

  test('that is denied causes a warning for each resource, but only one for all connections', async () => {
    const { iam, warnings } = iamWith([]);
    const scan = (table: string) => call('dynamodb', 'Scan', { TableName: table });
    const post = (connectionId: string) =>
      call('execute-api', 'ManageConnections', { apiId: 'abc', stage: 'v1', method: 'POST', connectionId });
    for (const denied of [scan('tunnels'), scan('requests'), post('X='), post('Y=')])
      await expect(iam.intercept(denied, reply)).rejects.toThrow();
    expect(warnings.map((line) => line.split(';')[0])).toEqual([
      `access denied: sweep may not dynamodb:Scan on ${TUNNELS}`,
      `access denied: sweep may not dynamodb:Scan on ${TUNNELS.replace('tunnels', 'requests')}`,
      'access denied: sweep may not execute-api:ManageConnections on arn:aws:execute-api:us-east-1:000000000000:abc/v1/POST/@connections/X=',
    ]);
  });

  test('that a statement denies is refused, and the warning names the statement', async () => {
    const { iam, warnings } = iamWith([allow('*', '*'), deny('dynamodb:*', TUNNELS)]);
    await expect(iam.intercept(READ_TUNNELS, reply)).rejects.toMatchObject({ message: expect.stringContaining('explicit deny') as string });
    expect(warnings).toEqual([
      `access denied: sweep may not dynamodb:GetItem on ${TUNNELS}; denied by aws_iam_role_policy.sweep.policy Statement[1]`,
    ]);
  });

  test('on several resources needs the right to each resource', async () => {
    const { iam } = iamWith([allow('dynamodb:BatchGetItem', TUNNELS)]);
    const batch = (...tables: string[]) =>
      call('dynamodb', 'BatchGetItem', { RequestItems: Object.fromEntries(tables.map((table) => [table, {}])) });
    await expect(iam.intercept(batch('tunnels'), reply)).resolves.toBeDefined();
    await expect(iam.intercept(batch('tunnels', 'others'), reply)).rejects.toMatchObject({
      message: expect.stringContaining('table/others') as string,
    });
  });

  test('on an encrypted resource also needs the right to use the customer key through the service', async () => {
    const key = 'arn:aws:kms:us-east-1:000000000000:key/1';
    const parameter = 'arn:aws:ssm:us-east-1:000000000000:parameter/key';
    const encryptionKeys = { [parameter]: key };
    const read = call('ssm', 'GetParameter', { Name: '/key', WithDecryption: true });
    const mayRead = allow('ssm:GetParameter', parameter);
    const viaService = (service: string) => allow('kms:Decrypt', key, { Condition: { StringEquals: { 'kms:ViaService': service } } });
    await expect(
      iamWith([mayRead, viaService('ssm.us-east-1.amazonaws.com')], { encryptionKeys }).iam.intercept(read, reply),
    ).resolves.toBeDefined();
    for (const statements of [[mayRead], [mayRead, viaService('s3.us-east-1.amazonaws.com')]]) {
      await expect(iamWith(statements, { encryptionKeys }).iam.intercept(read, reply)).rejects.toThrow(
        'The ciphertext refers to a customer master key',
      );
    }
  });
});

describe('the operator, who calls from outside the functions,', () => {
  const operator = newOperator('000000000000');
  const byOperator = { ...READ_TUNNELS, caller: operator };

  test('may make every call without any right of a role', async () => {
    const { iam } = iamWith([], { operator });
    await expect(iam.intercept(byOperator, reply)).resolves.toBeDefined();
    await expect(iam.intercept({ ...byOperator, service: 'cloudwatch', operation: 'DescribeAlarms' }, reply)).resolves.toBeDefined();
    await expect(iam.intercept(READ_TUNNELS, reply)).rejects.toThrow('not authorized');
    expect(iam.statements).toEqual([]);
  });

  test('is refused if IAM was given no operator', async () => {
    await expect(iamWith([]).iam.intercept(byOperator, reply)).rejects.toThrow('not authorized');
  });

  test('has a new secret key in each run', () => {
    expect(newOperator('000000000000').secretAccessKey).not.toBe(operator.secretAccessKey);
  });
});

describe('a topic', () => {
  const alarm = { service: 'cloudwatch.amazonaws.com', sourceArn: 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:errors' };
  const byFunction = { functionArn: SWEEP.arn };
  const policy = (...statements: object[]): ResourcePolicySpec => ({
    address: 'aws_sns_topic_policy.alarms.policy',
    document: document(...statements),
    resourceArn: TOPIC,
  });
  const cloudWatch = (sourceArn: string) => ({
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Condition: { ArnLike: { 'aws:SourceArn': sourceArn } },
  });
  const publishing = (
    statements: object[],
    resourcePolicies: ResourcePolicySpec[] = [],
    more: { kmsKey?: string; encryptionKeys?: Record<string, string> } = {},
  ) => {
    const { encryptionKeys = {}, ...topic } = more;
    const spec = { address: 'aws_sns_topic.alarms', name: 'alarms', arn: TOPIC, ...topic };
    const inner = new LocalTopics([spec]);
    const topics = new GuardedTopics(inner, iamWith(statements, { resourcePolicies, encryptionKeys }).iam, [spec]);
    return {
      publish: (publisher: typeof alarm | typeof byFunction) => topics.publish(TOPIC, { body: '{}' }, publisher),
      messages: () => topics.messages(TOPIC),
    };
  };

  test('accepts a message of a service if the topic policy allows the service or if there is no topic policy', () => {
    const own = publishing([], [policy(allow('sns:Publish', TOPIC, cloudWatch('arn:aws:cloudwatch:*:000000000000:alarm:*')))]);
    own.publish(alarm);
    expect(own.messages()).toMatchObject([{ body: '{}' }]);
    const others = publishing([], [policy(allow('sns:Publish', TOPIC, cloudWatch('arn:aws:cloudwatch:*:000000000000:alarm:another')))]);
    expect(() => others.publish(alarm)).toThrow('because no resource-based policy allows the sns:Publish action');
    publishing([]).publish(alarm);
  });

  test('accepts a message of a function if the role may publish and may use the encryption key', () => {
    publishing([allow('sns:Publish', TOPIC)]).publish(byFunction);
    expect(() => publishing([]).publish(byFunction)).toThrow('not authorized');
    const key = 'arn:aws:kms:us-east-1:000000000000:key/1';
    const encrypted = { kmsKey: key, encryptionKeys: { [TOPIC]: key } };
    expect(() => publishing([allow('sns:Publish', TOPIC)], [], encrypted).publish(byFunction)).toThrow('customer master key');
    publishing([allow('sns:Publish', TOPIC), allow(['kms:GenerateDataKey', 'kms:Decrypt'], key)], [], encrypted).publish(byFunction);
  });

  test('that is encrypted with the AWS managed key refuses messages of services', () => {
    expect(() => publishing([], [], { kmsKey: 'alias/aws/sns' }).publish(alarm)).toThrow('encrypt the topic with a key of your own');
  });

  test('that does not exist refuses a message with NotFoundException', () => {
    expect(() => new LocalTopics([]).publish(TOPIC, { body: '' }, alarm)).toThrow(expect.objectContaining({ code: 'NotFoundException' }));
  });
});

describe('a queue', () => {
  const policy = (...statements: object[]): ResourcePolicySpec => ({
    address: 'aws_sqs_queue_policy.failures.policy',
    document: document(...statements),
    resourceArn: QUEUE,
  });
  const events = { Principal: { Service: 'events.amazonaws.com' }, Condition: { ArnEquals: { 'aws:SourceArn': RULE } } };
  const sending = (statements: object[], ...resourcePolicies: ResourcePolicySpec[]) => {
    const { iam, warnings } = iamWith(statements, { resourcePolicies });
    const inner = new FakeQueues();
    return { queues: new GuardedQueues(inner, iam), inner, warnings };
  };
  const byRule = (sourceArn: string) => ({ service: 'events.amazonaws.com', sourceArn });
  const byFunction = { functionArn: SWEEP.arn };

  test('accepts a message of a service only if its policy allows the rule that sends it', () => {
    const { queues, inner, warnings } = sending([allow('sqs:*', '*')], policy(allow('sqs:SendMessage', QUEUE, events)));
    queues.send(QUEUE, '{}', byRule(RULE));
    expect(inner.sent).toHaveLength(1);
    expect(() => queues.send(QUEUE, '{}', byRule(`${RULE}-2`))).toThrow(
      'because no resource-based policy allows the sqs:sendmessage action',
    );
    expect(() => sending([allow('sqs:*', '*')]).queues.send(QUEUE, '{}', byRule(RULE))).toThrow('events.amazonaws.com is not authorized');
    expect(inner.sent).toHaveLength(1);
    expect(warnings).toEqual([expect.stringContaining('allow the service in the policy of the resource')]);
  });

  test('accepts a message of a function if the role or the queue policy allows SendMessage', () => {
    sending([allow('sqs:SendMessage', QUEUE)]).queues.send(QUEUE, '{}', byFunction);
    sending([], policy(allow('sqs:SendMessage', QUEUE, { Principal: { AWS: SWEEP.roleArn } }))).queues.send(QUEUE, '{}', byFunction);
    expect(() => sending([]).queues.send(QUEUE, '{}', byFunction)).toThrow('not authorized');
  });

  test('with an Allow for the account still needs a right of the role, and a Deny for the account applies to the role', () => {
    const account = { Principal: { AWS: 'arn:aws:iam::000000000000:root' } };
    expect(() => sending([], policy(allow('sqs:*', QUEUE, account))).queues.send(QUEUE, '{}', byFunction)).toThrow('not authorized');
    expect(() => sending([allow('*', '*')], policy(deny('sqs:*', QUEUE, account))).queues.send(QUEUE, '{}', byFunction)).toThrow(
      'explicit deny in a resource-based policy',
    );
  });

  test('whose policy requires TLS accepts messages of the local cloud', () => {
    const tlsOnly = deny('sqs:*', QUEUE, { Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    sending([allow('sqs:SendMessage', QUEUE)], policy(tlsOnly)).queues.send(QUEUE, '{}', byFunction);
  });
});

describe('Lambda with the role of a function', () => {
  const READS = ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'];
  const mayRead = (...actions: string[]) => allow(actions, `${TUNNELS}/stream/*`);

  test('reads a stream only if the role has the right to read the stream', () => {
    const source = new FakeStream();
    source.add('a');
    const stream = new GuardedStream(source, iamWith([mayRead(...READS)]).iam, SWEEP.arn);
    stream.open(STREAM);
    expect(stream.read(STREAM, undefined, 10).records).toHaveLength(1);
    expect(() => new GuardedStream(source, iamWith([mayRead('dynamodb:ListStreams')]).iam, SWEEP.arn).read(STREAM, undefined, 10)).toThrow(
      'dynamodb:GetRecords',
    );
  });

  test.each(READS)('does not create an event source mapping if the role lacks %s', (action) => {
    const { iam, decisions } = iamWith([mayRead(...READS.filter((each) => each !== action)), allow('sqs:SendMessage', QUEUE)]);
    expect(() => checkLambdaRights(iam, { functions: [SWEEP], mappings: [MAPPING] })).toThrow(
      new RegExp(
        `^aws_lambda_event_source_mapping.rows: AWS would refuse this resource, because the role of sweep may not ${action} on .*; grant the action in modules/function-rights.ts$`,
      ),
    );
    // No decision was made yet.
    expect(decisions).toEqual([]);
  });

  test('does not accept a failure queue that the role may not send to', () => {
    const { iam } = iamWith([mayRead(...READS)]);
    expect(() => checkLambdaRights(iam, { functions: [], mappings: [MAPPING] })).toThrow(`may not sqs:SendMessage on ${QUEUE}`);
    const failing = { ...SWEEP, asyncInvocation: { ...SWEEP.asyncInvocation, onFailureArn: QUEUE } };
    expect(() => checkLambdaRights(iam, { functions: [failing], mappings: [] })).toThrow(
      'aws_lambda_function.sweep: AWS would refuse this resource',
    );
  });

  test.each(['onSuccessArn', 'onFailureArn'])('does not accept a topic as %s if the role may not publish to the topic', (destination) => {
    const telling = { ...SWEEP, asyncInvocation: { ...SWEEP.asyncInvocation, [destination]: TOPIC } };
    expect(() => checkLambdaRights(iamWith([]).iam, { functions: [telling], mappings: [] })).toThrow(`may not sns:Publish on ${TOPIC}`);
    checkLambdaRights(iamWith([allow('sns:Publish', TOPIC)]).iam, { functions: [telling], mappings: [] });
  });

  test('does not assume a role that does not trust Lambda', () => {
    const trust = { ...TRUST, Principal: { Service: 'edgelambda.amazonaws.com' } };
    expect(() => iamWith([], { trust })).toThrow(
      'aws_lambda_function.sweep: Lambda may not assume its role; allow lambda.amazonaws.com to assume the role in aws_iam_role.sweep-role.assume_role_policy',
    );
  });

  test('writes log lines only if the role has the right, and causes a warning otherwise', () => {
    const line: LogLine = { at: 0, functionName: 'sweep', environmentId: 'e', text: 'swept' };
    const heard = (statements: object[]) => {
      const lines: LogLine[] = [];
      const { iam, warnings } = iamWith(statements);
      const log = guardedLogs((each) => lines.push(each), iam, [SWEEP]);
      log(line);
      log(line);
      return { lines: lines.length, warnings };
    };
    const group = 'arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/sweep:*';
    expect(heard([allow(['logs:CreateLogStream', 'logs:PutLogEvents'], group)])).toEqual({ lines: 2, warnings: [] });
    expect(heard([allow('logs:CreateLogStream', group)])).toEqual({
      lines: 0,
      warnings: [expect.stringContaining('sweep may not logs:PutLogEvents')],
    });
  });
});
