import { BatchGetTracesCommand, XRayClient } from '@aws-sdk/client-xray';
import { AwsEndpoint } from '../../../emulator/aws-endpoint/aws-endpoint';
import { newOperator } from '../../../emulator/operator';
import type { Segment } from '../../../emulator/xray/segment';
import { TraceStore } from '../../../emulator/xray/trace-store';
import { xrayService } from '../../../emulator/xray/xray-service';
import { segmentsOf } from '../../../trace/xray-segments';

const START = Math.floor(Date.now() / 1000) - 60;
const traceId = (n: number, at = START): string => `1-${at.toString(16)}-${String(n).padStart(24, '0')}`;
const segment = (n: number, more: Partial<Segment> = {}): Segment => ({
  id: `id-${n}`,
  trace_id: traceId(n),
  name: 'http-tunnel-dev-sweep',
  start_time: START,
  end_time: START + 1,
  ...more,
});

describe("X-Ray's API in the local cloud, read with the AWS SDK", () => {
  const traces = new TraceStore();
  let endpoint: AwsEndpoint;
  let client: XRayClient;
  beforeAll(async () => {
    const operator = newOperator('000000000000');
    endpoint = new AwsEndpoint({
      region: 'eu-central-1',
      principals: { find: () => operator },
      services: { xray: xrayService(traces) },
    });
    client = new XRayClient({
      region: 'eu-central-1',
      endpoint: (await endpoint.listen()).url,
      credentials: operator,
      maxAttempts: 1,
    });
    for (let n = 1; n <= 7; n++) traces.add(segment(n, { origin: 'AWS::Lambda' }));
    const below = { id: 'x', name: '## handler', start_time: START, annotations: { requestId: 'r-1' } };
    traces.add(segment(8, { name: 'http-tunnel-dev-wake-waiter', origin: 'AWS::Lambda', subsegments: [below] }));
    traces.add(segment(9, { trace_id: traceId(9, START - 1000), origin: 'AWS::Lambda' }));
  });
  afterAll(async () => {
    client.destroy();
    await endpoint.close();
  });

  const found = async (filter: string, from = START * 1000): Promise<string[]> =>
    (await segmentsOf(client, { from, to: Date.now(), filter })).map(({ trace_id }) => trace_id);

  test('finds the traces of a function, more of them than one call returns, and none that began before the time', async () => {
    expect(await found('service("http-tunnel-dev-sweep")')).toEqual([1, 2, 3, 4, 5, 6, 7].map((n) => traceId(n)));
  });

  test('finds a trace by an annotation of a subsegment, and joins filters with OR', async () => {
    expect(await found('annotation[requestId] = "r-1"')).toEqual([traceId(8)]);
    expect(await found('service("http-tunnel-dev-sweep") OR annotation.requestId = "r-1"')).toHaveLength(8);
  });

  test('refuses filters that the local cloud does not know, too many ids, and more than six hours, as X-Ray does', async () => {
    await expect(found('duration > 5')).rejects.toMatchObject({ name: 'InvalidRequestException', message: /duration > 5/ });
    const TraceIds = Array.from({ length: 6 }, (_, n) => traceId(n));
    await expect(client.send(new BatchGetTracesCommand({ TraceIds }))).rejects.toMatchObject({ name: 'InvalidRequestException' });
  });

  test('names the ids of traces that it does not have', async () => {
    const { UnprocessedTraceIds } = await client.send(new BatchGetTracesCommand({ TraceIds: [traceId(1), traceId(77)] }));
    expect(UnprocessedTraceIds).toEqual([traceId(77)]);
  });
});

test('the store of traces drops the oldest traces when it has too many segments', () => {
  const store = new TraceStore(2);
  expect([1, 1, 2].flatMap((n) => store.add(segment(n)))).toEqual([traceId(1)]);
  expect(store.all().map(([id]) => id)).toEqual([traceId(2)]);
});
