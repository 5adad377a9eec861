import { AwsError, type Interceptor } from '../../emulator/services';
import { eventually } from '../support/eventually';
import { functionOf, queueOf, ruleOf, tableOf, withTunnel, type CloudUnderTest } from '../support/tunnel';

/** One statistic over all values of a metric since the start. */
function total({ cloud }: CloudUnderTest, namespace: string, name: string, dimensions: object, statistic = 'Sum'): number | undefined {
  const from = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HOUR_MS;
  return cloud.services.metrics.read({
    namespace,
    name,
    dimensions: dimensions as Record<string, string>,
    statistic,
    periodMs: 3 * HOUR_MS,
    from,
    to: from + 3 * HOUR_MS,
  })[0]?.value;
}

const VISITS = 5;
/** Upper limit for ages: a larger age would not be measured from the event's time. */
const HOUR_MS = 60 * 60 * 1000;

test('visits in mode bus appear in the metrics of API Gateway, Lambda, EventBridge and DynamoDB', () =>
  withTunnel({ mode: 'bus', alarmTimeFactor: 60 }, async (tunnel) => {
    const { spec } = tunnel.cloud.services;
    for (let i = 0; i < VISITS; i++) await tunnel.visit(`/nonce/${i}`);
    await tunnel.visit('/nothing-here', {}, 'nobody');

    const http = spec.httpApis[0]?.apiId ?? '';
    for (const dimensions of [{ ApiId: http }, { ApiId: http, Stage: '$default' }]) {
      const of = (name: string, statistic?: string) => total(tunnel, 'AWS/ApiGateway', name, dimensions, statistic);
      expect([of('Count'), of('4xx'), of('5xx')]).toEqual([VISITS + 1, 1, 0]);
      expect(of('4xx', 'Average')).toBeCloseTo(1 / (VISITS + 1));
      expect(of('IntegrationLatency', 'Maximum')).toBeLessThanOrEqual(of('Latency', 'Maximum') ?? 0);
    }

    const forwardRequest = { FunctionName: functionOf(tunnel.cloud, 'forward-request') };
    await eventually(() => expect(total(tunnel, 'AWS/Lambda', 'Invocations', forwardRequest)).toBe(VISITS + 1));
    const lambda = (name: string, statistic?: string) => total(tunnel, 'AWS/Lambda', name, forwardRequest, statistic);
    expect([lambda('Errors'), lambda('Throttles')]).toEqual([0, 0]);
    expect(lambda('ConcurrentExecutions', 'Maximum')).toBeGreaterThanOrEqual(1);
    expect(lambda('Duration', 'Minimum')).toBeGreaterThan(0);
    expect(total(tunnel, 'AWS/Lambda', 'ConcurrentExecutions', {}, 'Maximum')).toBeGreaterThan(1);

    const processStream = { FunctionName: functionOf(tunnel.cloud, 'process-stream') };
    await eventually(() => expect(total(tunnel, 'AWS/Lambda', 'IteratorAge', processStream, 'SampleCount')).toBeGreaterThan(0));
    expect(total(tunnel, 'AWS/Lambda', 'IteratorAge', processStream, 'Maximum')).toBeLessThan(HOUR_MS);
    const wakeWaiter = { FunctionName: functionOf(tunnel.cloud, 'wake-waiter') };
    expect(total(tunnel, 'AWS/Lambda', 'AsyncEventsReceived', wakeWaiter)).toBe(VISITS);
    expect(total(tunnel, 'AWS/Lambda', 'AsyncEventAge', wakeWaiter, 'Maximum')).toBeLessThan(HOUR_MS);

    const rule = spec.rules.find(({ pattern }) => pattern !== undefined);
    for (const dimensions of [{ RuleName: rule?.name ?? '' }, { RuleName: rule?.name ?? '', EventBusName: rule?.busName ?? '' }]) {
      const events = (name: string) => total(tunnel, 'AWS/Events', name, dimensions);
      expect([events('MatchedEvents'), events('Invocations'), events('FailedInvocations')]).toEqual([VISITS, VISITS, undefined]);
    }

    for (const { apiId, stageName } of spec.webSocketApis) {
      const webSocket = (name: string, statistic?: string) =>
        total(tunnel, 'AWS/ApiGateway', name, { ApiId: apiId, Stage: stageName }, statistic);
      expect(webSocket('ConnectCount')).toBeGreaterThan(0);
      // On the agent gateway each request and its answer counts, on the wake channel each wake.
      expect(webSocket('MessageCount')).toBeGreaterThanOrEqual(VISITS);
      expect([webSocket('ClientError'), webSocket('IntegrationError'), webSocket('ExecutionError')]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    }

    const reads = { TableName: tableOf(tunnel.cloud, 'tunnels'), Operation: 'BatchGetItem' };
    expect(total(tunnel, 'AWS/DynamoDB', 'SuccessfulRequestLatency', reads, 'SampleCount')).toBeGreaterThanOrEqual(VISITS);
  }));

test('the metrics show a crashed function, its dropped event, the failure queue and a throttled table', async () => {
  let tunnel: CloudUnderTest | undefined;
  const crash: Interceptor = ({ caller, operation }, next) => {
    if (caller.functionName.endsWith('wake-waiter')) tunnel?.cloud.services.lambda.kill(caller.environment?.id ?? '');
    if (operation === 'Scan') return Promise.reject(new AwsError(400, 'ProvisionedThroughputExceededException', 'slower'));
    return next();
  };
  await withTunnel({ mode: 'bus', alarmTimeFactor: 60, intercept: crash }, async (running) => {
    tunnel = running;
    await running.visit('/nonce/1');
    const wakeWaiter = { FunctionName: functionOf(running.cloud, 'wake-waiter') };
    await eventually(() => {
      expect(total(running, 'AWS/Lambda', 'Errors', wakeWaiter)).toBe(1);
      expect(total(running, 'AWS/Lambda', 'AsyncEventsDropped', wakeWaiter)).toBe(1);
    });
    const queue = { QueueName: queueOf(running.cloud, 'response-bus-wake-failures').split(':').at(-1) ?? '' };
    expect(total(running, 'AWS/SQS', 'NumberOfMessagesSent', queue)).toBe(1);
    await eventually(() => expect(total(running, 'AWS/SQS', 'ApproximateNumberOfMessagesVisible', queue, 'Maximum')).toBe(1));

    running.cloud.services.schedules.fire(ruleOf(running.cloud, 'sweep-schedule-rule'));
    const scans = { TableName: tableOf(running.cloud, 'pending-requests'), Operation: 'Scan' };
    await eventually(() => expect(total(running, 'AWS/DynamoDB', 'ThrottledRequests', scans)).toBeGreaterThan(0));
  });
});
