/**
 * The services that an operator's commands call: the local cloud's DynamoDB, and a fake CloudWatch whose answers a test sets. Both use
 * the protocol of the pinned SDK clients over HTTP. All requests are signed; only DynamoDB checks the signatures.
 */
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { FORWARD_REQUEST, REGION, startDynamoDb } from './dynamodb-endpoint';
import { tableWithoutStream } from './dynamodb-tables';
import { listenOnAnyPort } from './listen';

interface Input {
  readonly AlarmNamePrefix?: string;
  readonly AlarmTypes?: readonly string[];
  readonly NextToken?: string;
  readonly MetricDataQueries?: readonly Query[];
}

/** Totals of metrics by `name statistic cohort`, such as `ResponseTime Sum polling`, or without a cohort, such as `ProbeReturned Sum`. */
export interface FakeCloudWatch {
  alarms: { readonly name: string; readonly state: string; readonly isComposite?: boolean }[];
  totals: Record<string, number>;
  /** All calls, with their operations. */
  readonly asked: { readonly operation: string; readonly input: Input }[];
  isDown: boolean;
  /** Calls of these services get no answer. */
  readonly silent: Set<'dynamodb' | 'cloudwatch'>;
}

export const TUNNELS_TABLE = 'http-tunnel-local-tunnels';

export async function startOperatorsAws() {
  const tunnels = tableWithoutStream(TUNNELS_TABLE, { hashKey: 'tunnelId', attributes: [{ name: 'tunnelId', type: 'S' }] });
  const db = await startDynamoDb([tunnels]);
  const watch: FakeCloudWatch = { alarms: [], totals: {}, asked: [], isDown: false, silent: new Set() };
  const server = createServer((incoming, reply) => {
    const [service, operation = ''] = String(incoming.headers['x-amz-target']).split('.');
    const isCloudWatch = service === 'GraniteServiceVersion20100801';
    if (watch.silent.has(isCloudWatch ? 'cloudwatch' : 'dynamodb')) return;
    if (isCloudWatch) void answer(watch, operation, incoming, reply);
    else passOn(incoming, reply, db.url);
  });
  const endpoint = `http://127.0.0.1:${await listenOnAnyPort(server)}`;
  const { accessKeyId, secretAccessKey } = FORWARD_REQUEST;
  return {
    db,
    watch,
    client: { region: REGION, endpoint, credentials: { accessKeyId, secretAccessKey } },
    async close() {
      server.closeAllConnections();
      server.close();
      await db.close();
    },
  };
}

async function answer(watch: FakeCloudWatch, operation: string, incoming: IncomingMessage, reply: ServerResponse): Promise<void> {
  const input = JSON.parse(await text(incoming)) as Input;
  watch.asked.push({ operation, input });
  reply.setHeader('content-type', 'application/x-amz-json-1.0');
  if (watch.isDown) return void reply.writeHead(400).end('{"__type":"AccessDeniedException","message":"not allowed"}');
  reply.end(JSON.stringify(operation === 'DescribeAlarms' ? describeAlarms(watch, input) : getMetricData(watch, input)));
}

function describeAlarms(
  { alarms }: FakeCloudWatch,
  { AlarmNamePrefix = '', AlarmTypes = ['MetricAlarm'], NextToken = '0' }: Input,
): object {
  const found = alarms.filter(({ name }) => name.startsWith(AlarmNamePrefix));
  const at = Number(NextToken);
  // One alarm per page, so that a program that reads only the first page misses alarms.
  const page = found.slice(at, at + 1);
  const of = (type: string, isMeant: boolean) =>
    AlarmTypes.includes(type)
      ? page.filter(({ isComposite = false }) => isComposite === isMeant).map(({ name, state }) => ({ AlarmName: name, StateValue: state }))
      : [];
  return {
    MetricAlarms: of('MetricAlarm', false),
    CompositeAlarms: of('CompositeAlarm', true),
    ...(at + 1 < found.length && { NextToken: String(at + 1) }),
  };
}

interface Query {
  readonly Id: string;
  readonly MetricStat: {
    readonly Stat: string;
    readonly Metric: { readonly MetricName: string; readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[] };
  };
}

/** Each total is split into two periods. */
function getMetricData({ totals }: FakeCloudWatch, { MetricDataQueries = [] }: Input): object {
  const results = MetricDataQueries.map(({ Id, MetricStat: { Stat, Metric } }) => {
    const cohort = Metric.Dimensions.find(({ Name }) => Name === 'cohort')?.Value;
    const total = totals[[Metric.MetricName, Stat, ...(cohort === undefined ? [] : [cohort])].join(' ')];
    return { Id, Values: total === undefined ? [] : [total - 1, 1], Timestamps: total === undefined ? [] : [2, 1], StatusCode: 'Complete' };
  });
  return { MetricDataResults: results };
}

function passOn(incoming: IncomingMessage, reply: ServerResponse, url: string): void {
  const { method, headers } = incoming;
  const onward = httpRequest(url, { method, headers }, (response) => {
    reply.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(reply);
  });
  incoming.pipe(onward);
}
