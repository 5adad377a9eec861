import { eventually } from '../support/eventually';
import { endDeadline } from '../support/table-rows';
import { ruleOf, startCloud, startTunnel, withTunnel, type CloudUnderTest, type CloudUnderTestOptions } from '../support/tunnel';

/** Takes an action out of a function's role, like an edit of `modules/function-rights.ts`. `resource` tells which table's statement. */
const without =
  (functionName: string, action: string, resource = ''): NonNullable<CloudUnderTestOptions['stack']> =>
  (resources) => {
    const policy = resources['aws_iam_role_policy']?.[`${functionName}-policy`] as { policy: string };
    const document = JSON.parse(policy.policy) as { Statement: { Action: string[]; Resource: string[] }[] };
    const statement = document.Statement.find(({ Action, Resource }) => Action.includes(action) && Resource.join().includes(resource));
    if (!statement) throw new Error(`${functionName} has no ${action}`);
    statement.Action = statement.Action.filter((each) => each !== action);
    if (statement.Action.length === 0) document.Statement.splice(document.Statement.indexOf(statement), 1);
    policy.policy = JSON.stringify(document);
  };

const withoutTunnels = without('forward-request', 'dynamodb:GetItem', 'aws_dynamodb_table.tunnels');

type ChangeStack = NonNullable<CloudUnderTestOptions['stack']>;
const both =
  (first: ChangeStack, second: ChangeStack): ChangeStack =>
  (resources) => {
    first(resources);
    second(resources);
  };

/** A cloud whose waiter may not remove rows. */
let keeper: CloudUnderTest;
beforeAll(async () => {
  keeper = await startTunnel({
    mode: 'bus',
    stack: without('forward-request', 'dynamodb:DeleteItem'),
  });
});
afterAll(() => keeper.close());

test('a waiter without the right to delete its row still answers; the log has the refusal of AWS, and one warning is printed', async () => {
  expect(await keeper.visit('/nonce/1')).toMatchObject({ status: 200, text: '1' });
  expect(await keeper.visit('/nonce/2')).toMatchObject({ status: 200, text: '2' });
  expect(await keeper.pendingRows()).toHaveLength(2);
  const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/http-tunnel-local-pending-requests';
  const refusal =
    'User: arn:aws:sts::000000000000:assumed-role/http-tunnel-local-forward-request/http-tunnel-local-forward-request ' +
    `is not authorized to perform: dynamodb:DeleteItem on resource: ${table} because no identity-based policy allows the dynamodb:DeleteItem action`;
  expect(keeper.logs.some(({ text }) => text.includes(refusal) && text.includes('AccessDeniedException'))).toBe(true);
  expect(keeper.warnings).toEqual([
    `access denied: http-tunnel-local-forward-request may not dynamodb:DeleteItem on ${table}; no policy allows this: grant the action in modules/function-rights.ts`,
  ]);
});

test('a waiter without the right to read the rollout item polls, and its visitor gets the answer', () =>
  withTunnel({ mode: 'bus', stack: without('forward-request', 'dynamodb:BatchGetItem') }, async (tunnel) => {
    const { logs } = tunnel;
    expect(await tunnel.visit('/nonce/1')).toMatchObject({ status: 200, text: '1' });
    await eventually(() => expect(logs.some(({ text }) => text.includes('"RolloutUnreadable":1'))).toBe(true));
    await eventually(() => expect(logs.some(({ text }) => text.includes('"cohort":"polling"'))).toBe(true));
  }));

test('a request gets 500 internal_error when forward-request may not read the tunnel, and leaves no pending row', () =>
  withTunnel({ stack: both(without('forward-request', 'dynamodb:BatchGetItem'), withoutTunnels) }, async (tunnel) => {
    const reply = await tunnel.visit('/nonce/1');
    expect(reply.headers['x-tunnel-error']).toBe('internal_error');
    expect(reply.status).toBe(500);
    await tunnel.noPendingRows();
  }));

test('a waiter without the right to connect to the wake channel still answers; the gateway refuses the connection with 403', () =>
  withTunnel({ mode: 'bus', stack: without('forward-request', 'execute-api:Invoke') }, async ({ logs, warnings, ...tunnel }) => {
    expect(await tunnel.visit('/nonce/1')).toMatchObject({ status: 200, text: '1' });
    expect(warnings).toEqual([
      expect.stringMatching(/forward-request may not execute-api:Invoke on arn:aws:execute-api:.*\/v1\/\$connect; /),
    ]);
    expect(logs.some(({ text }) => text.includes('Unexpected server response: 403'))).toBe(true);
  }));

test.each([
  [
    'the stream',
    'process-stream',
    'dynamodb:GetRecords',
    'aws_lambda_event_source_mapping.response-stream-mapping: AWS would refuse this resource',
  ],
  [
    "the mapping's failure queue",
    'process-stream',
    'sqs:SendMessage',
    'aws_lambda_event_source_mapping.response-stream-mapping: AWS would refuse this resource',
  ],
  ["an invocation's failure queue", 'wake-waiter', 'sqs:SendMessage', 'aws_lambda_function.wake-waiter: AWS would refuse this resource'],
])('the local cloud does not boot, as AWS would not deploy, when a role may not use %s', async (_, functionName, action, message) => {
  const booting = startCloud({ stack: without(functionName, action) });
  await expect(booting).rejects.toThrow(message);
  await expect(booting).rejects.toMatchObject({ name: 'IamBootError', message: expect.stringContaining(`may not ${action}`) as string });
});

test('sweep removes the rows that a waiter may not delete, after their deadline', async () => {
  for (const row of await keeper.pendingRows()) await endDeadline(keeper, row);
  keeper.cloud.services.schedules.fire(ruleOf(keeper.cloud, 'sweep-schedule-rule'));
  await keeper.noPendingRows();
});
