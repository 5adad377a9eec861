/** Makes the tunnel use every right: visits, errors, reconnects, sweeps, probes, and failures that end in queues. */
import { bucketOf } from '../../functions/core/rollout';
import { AwsError, type Interceptor, type QueueMessage } from '../../emulator/services';
import type { StartMode } from '../../local/start/start-options';
import type { AccessRecorder } from './access-recorder';
import { eventually } from './eventually';
import { flood, SMALL_BUDGET } from './flood';
import { MinimalAgent } from './minimal-agent';
import { functionOf, queueOf, ruleOf, startTunnel, type CloudUnderTest } from './tunnel';

/**
 * Runs everything in one mode. Functions fail in mode `bus` only, and deliveries in mode `polling` only.
 * @returns the closed cloud, for its policies
 */
export async function useEverything(mode: StartMode, recorder: AccessRecorder): Promise<CloudUnderTest> {
  const faults = new Faults();
  const tunnel = await startTunnel({
    mode,
    onDecision: recorder.record,
    // In mode `polling` an alarm that rolls back changes nothing.
    watch: mode === 'polling',
    intercept: faults.intercept,
    environment: (same) => ({
      ...same,
      ownerLimits: { ...same.ownerLimits, messages: SMALL_BUDGET },
      timings: { ...same.timings, leaseGraceMs: 1, nameCooldownMs: 1 },
    }),
    ...(mode === 'polling' && { stack: withoutTargetPermissions }),
  });
  faults.tunnel = tunnel;
  try {
    await visitAndFail(tunnel);
    if (mode === 'bus') {
      await sweepUp(tunnel, faults);
      await failFunctions(tunnel, faults);
      await rollBackUnattended(tunnel);
    }
    if (mode === 'polling') await failDeliveries(tunnel);
    if (mode === 'direct') await storeAnswer(tunnel, faults);
    if (mode === 'direct') await flood(await MinimalAgent.connect(tunnel.agentEndpoint, await tunnel.token('mallory'), () => undefined));
    return tunnel;
  } finally {
    await tunnel.close();
  }
}

/** Removes the permissions of EventBridge to invoke functions, so that its events become dead letters. */
function withoutTargetPermissions(resources: Record<string, Record<string, unknown>>): void {
  const permissions = resources['aws_lambda_permission'] ?? {};
  for (const name of Object.keys(permissions)) if (name.endsWith('target-permission')) delete permissions[name];
}

/** The tunnel does not notice when an agent with this name disconnects. */
const VANISHER = 'vanisher';

/** Deliberate faults. Most of them happen only while their flag is set. */
class Faults {
  tunnel: CloudUnderTest | undefined;
  busRefuses = false;
  wakeWaiterCrashes = false;
  scansFail = false;
  bodiesStay = false;
  wakesFail = false;

  private get wakeApiId(): string | undefined {
    return this.tunnel?.cloud.services.spec.webSocketApis.find(({ address }) => address.endsWith('wake-channel'))?.apiId;
  }

  readonly intercept: Interceptor = ({ operation, caller, input }, next) => {
    const by = (name: string): boolean => caller.functionName.endsWith(name);
    const broken = new AwsError(400, 'ValidationException', 'broken on purpose');
    if (this.busRefuses && operation === 'PutEvents') return Promise.reject(broken);
    if (this.wakesFail && operation === 'ManageConnections' && by('receive-message') && input['apiId'] === this.wakeApiId)
      return Promise.reject(new AwsError(429, 'LimitExceededException', 'broken on purpose'));
    if (this.scansFail && operation === 'Scan') return Promise.reject(broken);
    if (this.bodiesStay && operation === 'DeleteObject' && (by('forward-request') || by('stream-request'))) return Promise.reject(broken);
    if (by('disconnect-agent') && JSON.stringify(input).includes(VANISHER)) return Promise.reject(broken);
    if (this.wakeWaiterCrashes && by('wake-waiter')) this.tunnel?.cloud.services.lambda.kill(caller.environment?.id ?? '');
    return next();
  };
}

/** Refuses the wake of an answer with a ticket, so that the answer is stored. */
async function storeAnswer(tunnel: CloudUnderTest, faults: Faults): Promise<void> {
  faults.wakesFail = true;
  await tunnel.visit('/nonce/5');
  faults.wakesFail = false;
}

/** Visits through both doors. */
async function visitBoth(tunnel: CloudUnderTest, ...how: Parameters<CloudUnderTest['visit']>): Promise<void> {
  await tunnel.visit(...how);
  await tunnel.visitStream(...how);
}

async function visitAndFail(tunnel: CloudUnderTest): Promise<void> {
  await visitWithLargeBodies(tunnel);
  for (const path of ['/nonce/1', '/nonce/2', '/delay/300', '/delay/1500', '/big/5000000']) await visitBoth(tunnel, path);
  await visitBoth(tunnel, '/', {}, 'nobody');
  // The authorizer logs refusals only.
  await MinimalAgent.connect(tunnel.agentEndpoint, 'no-token', () => undefined).catch(() => undefined);
  const refuser = await tunnel.agent({ name: 'refuser', target: { port: 1 } });
  await visitBoth(tunnel, '/', {}, 'refuser');
  await refuser.stop({ graceMs: 0 });
  await visitBoth(tunnel, '/', {}, 'refuser');
  const again = await tunnel.agent({ name: 'refuser', target: { port: 1 } });
  await again.stop({ graceMs: 0 });
}

/** Sends bodies through the bucket: of a request, of an answer that came in a message, and of an answer that the agent uploaded. */
async function visitWithLargeBodies(tunnel: CloudUnderTest): Promise<void> {
  await visitBoth(tunnel, '/echo', { method: 'POST', body: Buffer.alloc(200_000) });
  await visitBoth(tunnel, '/big/60000');
  await visitBoth(tunnel, '/big/200000');
}

/**
 * Runs sweep with work to do: a probe, a tunnel with an expired lease, a tunnel whose agent has vanished unnoticed, and bodies that
 * are not removed.
 */
async function sweepUp(tunnel: CloudUnderTest, faults: Faults): Promise<void> {
  const { cloud, logs } = tunnel;
  const said = (text: string): number => logs.filter((line) => line.text.includes(text)).length;
  const run = Math.floor(Date.now() / 60_000);
  // Each run of sweep checks a tenth of the connections, and the next minute may begin before sweep runs.
  for (const name of [nameLookedAtIn(run), nameLookedAtIn(run + 1)]) {
    (await MinimalAgent.connect(tunnel.agentEndpoint, await tunnel.token(), () => undefined, { name })).vanish();
  }
  await eventually(() => expect(said('broken on purpose')).toBeGreaterThanOrEqual(2));
  faults.bodiesStay = true;
  await visitWithLargeBodies(tunnel);
  faults.bodiesStay = false;
  cloud.services.buckets.backdate(2 * 60_000);
  cloud.services.schedules.fire(ruleOf(cloud, 'sweep-schedule-rule'));
  await eventually(() => expect(said('"message":"swept"')).toBeGreaterThanOrEqual(1));
  expect(cloud.services.buckets.objects()).toEqual([]);
  await eventually(() => expect(said('"ProbeReturned":1')).toBeGreaterThanOrEqual(1));
}

const nameLookedAtIn = (run: number): string =>
  Array.from({ length: 1000 }, (_, i) => `${VANISHER}-${i}`).find((name) => (bucketOf(name) + run) % 10 === 0) ?? '';

/** Makes functions fail finally, so that Lambda sends records to the failure queues. */
async function failFunctions(tunnel: CloudUnderTest, faults: Faults): Promise<void> {
  faults.wakeWaiterCrashes = true;
  await tunnel.visit('/nonce/3');
  await arrival(tunnel, 'response-bus-wake-failures');
  faults.wakeWaiterCrashes = false;
  faults.busRefuses = true;
  await tunnel.visit('/nonce/4');
  await arrival(tunnel, 'response-stream-failures');
  faults.busRefuses = false;
  faults.scansFail = true;
  tunnel.cloud.services.schedules.fire(ruleOf(tunnel.cloud, 'sweep-schedule-rule'));
  await arrival(tunnel, 'sweep-schedule-failures');
  faults.scansFail = false;
}

const alarmEvent = (value: string): unknown => ({
  source: 'aws.cloudwatch',
  alarmData: { alarmName: 'http-tunnel-local-rollback', state: { value, reason: 'a test' } },
});

const rollBackArn = ({ cloud }: CloudUnderTest): string =>
  cloud.services.spec.functions.find(({ name }) => name === functionOf(cloud, 'roll-back'))?.arn ?? '';

/** Invokes roll-back like the alarm `rollback` in state `value`. @returns the result of roll-back */
export const alarm = (tunnel: CloudUnderTest, value = 'ALARM'): Promise<unknown> =>
  tunnel.cloud.services.lambda.invoke(rollBackArn(tunnel), alarmEvent(value));

/** Invokes roll-back like CloudWatch: asynchronously. Lambda publishes the result to the topic. */
async function rollBackUnattended(tunnel: CloudUnderTest): Promise<void> {
  const { lambda, topics, spec } = tunnel.cloud.services;
  lambda.invokeAsync(rollBackArn(tunnel), alarmEvent('ALARM'));
  const outcomes = () =>
    spec.topics.flatMap(({ arn }) => topics.messages(arn)).filter((message) => JSON.stringify(message).includes('percentBefore'));
  await eventually(() => expect(outcomes()).toHaveLength(1));
}

/** Makes deliveries fail, so that EventBridge sends the events to the dead-letter queues. */
async function failDeliveries(tunnel: CloudUnderTest): Promise<void> {
  const { buses, schedules, spec } = tunnel.cloud.services;
  const [bus] = spec.buses;
  buses.put([{ EventBusName: bus?.name, Source: 'http-tunnel.response', DetailType: 'HttpResponseReady', Detail: '{}' }]);
  schedules.fire(ruleOf(tunnel.cloud, 'sweep-schedule-rule'));
  await arrival(tunnel, 'response-bus-target-dead-letters');
  await arrival(tunnel, 'sweep-schedule-target-dead-letters');
}

async function arrival({ cloud }: CloudUnderTest, queue: string): Promise<void> {
  const messages = (): readonly QueueMessage[] => cloud.services.queues.messages(queueOf(cloud, queue));
  await eventually(() => expect(messages()).not.toEqual([]));
}
