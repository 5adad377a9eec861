import { Meter } from '../../../bench/meter';
import type { AwsCall, StreamRecord } from '../../../emulator/services';

const written = (row: Record<string, string>, before?: Record<string, string>): StreamRecord => {
  const image = (attributes: Record<string, string>) => Object.fromEntries(Object.entries(attributes).map(([name, S]) => [name, { S }]));
  const dynamodb = { NewImage: image(row), ...(before && { OldImage: image(before) }) };
  return { dynamodb } as unknown as StreamRecord;
};

function metered(eventDriven: boolean): Meter {
  const meter = new Meter(eventDriven);
  const polling = { mode: 'polling', cohort: 'polling' };
  const direct = { mode: 'direct', cohort: 'event-driven' };
  meter.onRecord(written(polling));
  meter.start();
  for (const row of [polling, direct]) meter.onRecord(written(row));
  meter.onRecord(written({ ...polling, status: 'completed' }, polling));
  meter.onRecord(written({ ...direct, wake: 'bus' }, direct));
  meter.stop();
  return meter;
}

test('the meter of an event-driven run counts a polling request and a request that the bus wakes as fallbacks', () => {
  expect(metered(true).fallbacks).toBe(2);
});

test('the meter of a polling run does not count a polling request as a fallback', () => {
  expect(metered(false).fallbacks).toBe(1);
});

describe('a body in the bucket', () => {
  const s3 = (operation: string, Key: string) => ({ service: 's3', operation, input: { Key } }) as unknown as AwsCall;
  const reply = async () => ({ status: 200, body: Buffer.alloc(1000) });

  test('is metered by its S3 calls, and as transfer to the internet when an agent downloads it', async () => {
    const meter = new Meter(true);
    meter.start();
    for (const call of [
      s3('PutObject', 'requests/r'),
      s3('GetObject', 'requests/r'),
      s3('GetObject', 'responses/r/x'),
      s3('DeleteObject', 'requests/r'),
    ]) {
      await meter.intercept(call, reply);
    }
    expect(meter.usage(0)).toMatchObject({ s3Puts: 1, s3Gets: 2, transferBytes: 1000 });
    meter.reset();
    expect(meter.usage(0)).toMatchObject({ s3Puts: 0, s3Gets: 0, transferBytes: 0 });
  });
});

describe('the streaming door', () => {
  const visit = (name: string) => ({
    functionArn: `arn:aws:lambda:us-east-1:000000000000:function:http-tunnel-local-${name}`,
    payload: { rawPath: '/demo/' },
  });

  test('has no price of its own, unlike the HTTP API', async () => {
    const meter = new Meter(true);
    meter.start();
    await meter.interceptInvocation(visit('stream-request'), async () => ({ kind: 'ok', payload: { body: 'a body' } }));
    expect(meter.usage(0)).toMatchObject({ requests: 1, httpApiRequests: 0 });
    await meter.interceptInvocation(visit('forward-request'), async () => ({ kind: 'ok', payload: { body: 'a body' } }));
    expect(meter.usage(0)).toMatchObject({ requests: 2, httpApiRequests: 1 });
  });
});

test('the meter counts what functions post as a part of the messages', async () => {
  const meter = new Meter(true);
  meter.start();
  await meter.interceptInvocation({ functionArn: 'arn', payload: { body: 'a message' } }, async () => ({ kind: 'ok', payload: {} }));
  const post = { service: 'execute-api', operation: 'ManageConnections', input: { method: 'POST', bytes: 40_000 } } as unknown as AwsCall;
  await meter.intercept(post, async () => ({ status: 200, body: '' }));
  expect(meter.usage(0)).toMatchObject({ webSocketMessages: 3, posts: 2 });
});
