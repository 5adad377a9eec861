import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CallRecorder, chain } from '../../../emulator/aws-endpoint/call-recorder';
import { AwsError } from '../../../emulator/services';
import type { AwsCall, Interceptor } from '../../../emulator/services';
import { FORWARD_REQUEST, startDynamoDb, SWEEP } from '../../support/dynamodb-endpoint';
import { tableWithoutStream } from '../../support/dynamodb-tables';

test('an interceptor can refuse a call, so that the SDK gets its error and nothing is written', async () => {
  const denied = new AwsError(400, 'AccessDeniedException', 'forward-request may not dynamodb:PutItem');
  const iam: Interceptor = (call, next) => (call.operation === 'PutItem' ? Promise.reject(denied) : next());
  const db = await startDynamoDb([tableWithoutStream('tunnels')], { intercept: iam });
  const put = db.client.send(new PutItemCommand({ TableName: 'tunnels', Item: { id: { S: 'a' } } }));
  await expect(put).rejects.toMatchObject({ name: 'AccessDeniedException', message: denied.message });
  expect(await db.dynamodb.scan('tunnels')).toEqual([]);
  await db.close();
});

test('a chain runs its interceptors in order before the call, and in reverse order after the call', async () => {
  const steps: string[] = [];
  const named =
    (name: string): Interceptor =>
    async (_call, next) => {
      steps.push(`${name} before`);
      const reply = await next();
      steps.push(`${name} after`);
      return reply;
    };
  const db = await startDynamoDb([tableWithoutStream('tunnels')], {
    intercept: chain(named('first'), named('second')),
  });
  await db.client.send(new GetItemCommand({ TableName: 'tunnels', Key: { id: { S: 'a' } } }));
  expect(steps).toEqual(['first before', 'second before', 'second after', 'first after']);
  await db.close();
});

describe('the call recorder', () => {
  const call = (operation: string, input: Record<string, unknown>, more: Partial<AwsCall> = {}): AwsCall => ({
    service: 'dynamodb',
    operation,
    caller: FORWARD_REQUEST,
    input,
    arrivedAt: 0,
    ...more,
  });
  const reply = () => Promise.resolve({ status: 200, body: '{}' });

  async function recordSome(): Promise<CallRecorder> {
    const recorder = new CallRecorder();
    await recorder.intercept(call('GetItem', { TableName: 'requests' }), reply);
    await recorder.intercept(call('GetItem', { TableName: 'requests' }), reply);
    await recorder.intercept(call('GetItem', { TableName: 'tunnels' }), reply);
    await recorder.intercept(call('BatchGetItem', { RequestItems: { requests: {}, tunnels: {} } }), reply);
    await recorder.intercept(call('GetItem', { TableName: 'requests' }, { caller: SWEEP }), reply);
    await recorder.intercept(call('PutEvents', { Entries: [] }, { service: 'events' }), reply);
    return recorder;
  }

  test('counts calls by function, service, operation and table, also in combination', async () => {
    const recorder = await recordSome();
    expect(recorder.count()).toBe(6);
    expect(recorder.count({ functionName: 'forward-request', operation: 'GetItem', table: 'requests' })).toBe(2);
    expect(recorder.count({ table: 'requests' })).toBe(4);
    expect(recorder.count({ functionName: 'sweep' })).toBe(1);
    expect(recorder.count({ service: 'events' })).toBe(1);
    expect(recorder.count({ operation: 'DeleteItem' })).toBe(0);
    recorder.reset();
    expect(recorder.count()).toBe(0);
  });

  test('counts a failed call too', async () => {
    const recorder = new CallRecorder();
    const failing = recorder.intercept(call('GetItem', { TableName: 'requests' }), () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(recorder.count({ table: 'requests' })).toBe(1);
  });
});
