import { createServer } from 'node:http';
import { metricNamespace, METRICS, type Metric, type MetricName } from '../../functions/metric-names';
import { AwsError, type Interceptor } from '../../emulator/services';
import { emfLinesIn, metricsIn, type EmfLine } from '../support/emf';
import { eventually } from '../support/eventually';
import { flood, SMALL_BUDGET } from '../support/flood';
import { listenOnAnyPort } from '../support/listen';
import { MinimalAgent } from '../support/minimal-agent';
import { openStream } from '../support/open-stream';
import { putRollout } from '../support/put-rollout';
import { rolloutItem } from '../support/rollout-items';
import { ruleOf, startTunnel, type CloudUnderTest } from '../support/tunnel';
import { alarm } from '../support/whole-traffic';

const table = Object.entries(METRICS) as [MetricName, Metric][];

/** A flag that is set makes its part fail. */
const faults = { wakes: false, bus: false, rollout: false, busWakes: false };
let wakeApi = '';
const interfere: Interceptor = ({ operation, caller, input }, next) => {
  const by = (name: string): boolean => caller.functionName.endsWith(name);
  const broken = new AwsError(400, 'ValidationException', 'broken on purpose');
  const isWake = operation === 'ManageConnections' && input['apiId'] === wakeApi;
  if (faults.wakes && isWake && by('receive-message')) return Promise.reject(new AwsError(429, 'LimitExceededException', 'too many'));
  if (faults.busWakes && isWake && by('wake-waiter')) return Promise.reject(broken);
  if (faults.bus && operation === 'PutEvents') return Promise.reject(broken);
  if (faults.rollout && operation === 'BatchGetItem') return Promise.reject(broken);
  return next();
};

let under: CloudUnderTest;
let lines: EmfLine[];
/** Makes everything that is measured happen at least once. */
beforeAll(async () => {
  under = await startTunnel({
    mode: 'direct',
    intercept: interfere,
    // Every request reads the rollout again and replaces the wake socket.
    environment: (same) => ({
      ...same,
      ownerLimits: { ...same.ownerLimits, messages: SMALL_BUDGET },
      timings: { ...same.timings, rolloutCacheMs: 0, wakeRotateMs: 1, streamMs: 8000 },
      streams: { ...same.streams, probeMs: 300, silenceMs: 2000, stallMs: 1500 },
    }),
  });
  const { cloud, logs } = under;
  wakeApi = cloud.services.spec.webSocketApis.find(({ address }) => address.endsWith('wake-channel'))?.apiId ?? '';
  const seen = (text: string): Promise<void> => eventually(() => expect(logs.some((line) => line.text.includes(text))).toBe(true));

  /** Visits through both doors. */
  const visit = async (...how: Parameters<typeof under.visit>): Promise<void> => {
    await under.visit(...how);
    await under.visitStream(...how);
  };

  await visit('/nonce/1');
  await visit('/nonce/2');
  const refuser = await under.agent({ name: 'refuser', target: { port: 1 } });
  await visit('/', {}, 'refuser');
  await visit('/', {}, 'nobody');
  await refuser.stop({ graceMs: 0 });

  faults.rollout = true;
  await visit('/nonce/3');
  faults.rollout = false;
  faults.wakes = true;
  // On a busy machine a safety read may come before the first wakes by the bus.
  await eventually(async () => {
    await visit('/nonce/4');
    expect(emfLinesIn(logs).some(({ members }) => members['source'] === 'bus')).toBe(true);
  });
  faults.busWakes = true;
  await visit('/nonce/5');
  faults.busWakes = false;
  faults.bus = true;
  await visit('/nonce/6');
  await seen('"EventDeliveryFailed":1');
  Object.assign(faults, { wakes: false, bus: false });

  const eve = await MinimalAgent.connect(under.agentEndpoint, await under.token('eve'), () => undefined);
  const agent = await MinimalAgent.connect(under.agentEndpoint, await under.token(), async (request, self) => {
    eve.answer(request['request_id'], 'forged');
    await seen('"ForeignAnswer":1');
    self.answer(request['request_id'], 'real');
    self.answer(request['request_id'], 'again');
  });
  await under.visit('/', {}, agent.tunnel.tunnel_id);
  await seen('"LateAnswer":1');
  const again = await MinimalAgent.connect(
    under.agentEndpoint,
    await under.token(),
    ({ request_id, ticket }, self) => {
      self.answer(request_id, 'forged', 200, { ticket: `x${String(ticket)}` });
      self.answer(request_id, 'asked for', 200, { ticket, again: true });
    },
    {},
    ['tickets'],
  );
  expect(await under.visit('/', {}, again.tunnel.tunnel_id)).toMatchObject({ text: 'asked for' });
  const slow = await MinimalAgent.connect(
    under.agentEndpoint,
    await under.token(),
    async ({ request_id, ticket }, self) => {
      await eventually(() => expect(self.received).toContainEqual({ type: 'answer_wanted', request_id }));
      self.answer(request_id, 'at last', 200, { ticket, again: true });
    },
    {},
    ['tickets'],
  );
  expect(await under.visit('/', {}, slow.tunnel.tunnel_id)).toMatchObject({ text: 'at last' });
  slow.received.length = 0;
  expect(await under.visitStream('/', {}, slow.tunnel.tunnel_id)).toMatchObject({ text: 'at last' });
  await cutStreams();
  await flood(eve);
  for (const metric of ['FloodingAgentClosed', 'UnreadableTicket', 'RepeatedAnswer', 'AnswersAskedFor']) await seen(`"${metric}":1`);

  await putRollout(under, rolloutItem({ percent: 100, baseline: { at: 1, responseMs: 300, returnMs: 120, errorRate: 0 } }));
  cloud.services.schedules.fire(ruleOf(cloud, 'sweep-schedule-rule'));
  await seen('"ProbeReturned":1');
  await seen('"Leftovers":0');
  await alarm(under);
  await under.visit('/nonce/7');
  await seen('"RolledBack":1');
  lines = emfLinesIn(logs);
});
afterAll(async () => {
  service.closeAllConnections();
  service.close();
  await under.close();
});

/** A service that sends without end. */
const service = createServer((_, response) => {
  const more = (): void => {
    while (response.write(Buffer.alloc(65_536)));
    response.once('drain', more);
  };
  more();
});

/** Has streams cut: the agent gives no sign of life, the longest life is over, the visitor takes nothing. */
async function cutStreams(): Promise<void> {
  const silent = await MinimalAgent.connect(
    under.agentEndpoint,
    await under.token(),
    ({ request_id, ticket }, self) => self.send({ type: 'response_head', request_id, ticket, status_code: 200, headers: {} }),
    {},
    ['tickets', 'streams'],
  );
  const idle = await openStream(under.streamUrl, `/${silent.tunnel.tunnel_id}/`);
  await expect(idle.ended).resolves.toBe('cut');
  const lively = await MinimalAgent.connect(
    under.agentEndpoint,
    await under.token(),
    ({ request_id, ticket }, self) => {
      self.send({ type: 'response_head', request_id, ticket, status_code: 200, headers: {} });
      const alive = setInterval(() => self.send({ type: 'stream_alive', request_id, ticket, number: 1 }), 200);
      self.socket.on('close', () => clearInterval(alive));
    },
    {},
    ['tickets', 'streams'],
  );
  const late = await openStream(under.streamUrl, `/${lively.tunnel.tunnel_id}/`);
  await expect(late.ended).resolves.toBe('cut');
  lively.vanish();
  const endless = await under.agent({ name: 'endless', target: { port: await listenOnAnyPort(service) } });
  const slow = await openStream(under.streamUrl, '/endless/');
  slow.pause();
  await eventually(() => expect(emfLinesIn(under.logs).some(({ members }) => 'StreamSlow' in members)).toBe(true));
  slow.leave();
  await endless.stop({ graceMs: 0 });
}

test('the listed functions emit each metric of the table with the listed dimension sets, and no other metric', () => {
  const expected = table.flatMap(([name, { from, by }]) =>
    from.flatMap((service) => by.map((set) => `${service}: ${name} by ${[...set, 'service'].sort().join(',')}`)),
  );
  expect([...new Set(metricsIn(lines).map(({ emission }) => emission))].sort()).toEqual(expected.sort());
});

test('each metric line is valid for CloudWatch: dimensions have text, metrics have numbers, the resolution is one second', () => {
  for (const { members, directives, functionName } of lines) {
    expect(functionName).toBe(`http-tunnel-local-${String(members['service'])}`);
    for (const { Namespace, Dimensions, Metrics } of directives) {
      expect(Namespace).toBe(metricNamespace('local'));
      for (const name of Dimensions.flat()) expect(members[name]).toEqual(expect.stringMatching(/./));
      for (const { Name, Unit, StorageResolution } of Metrics) {
        expect({ Unit, StorageResolution }).toEqual({ Unit: METRICS[Name as MetricName].unit, StorageResolution: 1 });
        for (const value of [members[Name]].flat()) expect(Number.isFinite(value)).toBe(true);
      }
    }
  }
});

test('metrics have dimensions for cohort, mode, source of the wake, reason of a failure, and code and cause of a refusal', () => {
  const valuesOf = (dimension: string): unknown[] => [
    ...new Set(lines.map(({ members }) => members[dimension]).filter((value) => value !== undefined)),
  ];
  expect(valuesOf('cohort').sort()).toEqual(['event-driven', 'polling']);
  expect(valuesOf('mode').sort()).toEqual(expect.arrayContaining(['direct', 'polling']));
  expect(valuesOf('source').sort()).toEqual(['bus', 'direct', 'safety-read']);
  expect(valuesOf('reason').sort()).toEqual(['limited', 'unknown']);
  expect(valuesOf('code').sort()).toEqual(['local_service_unavailable', 'tunnel_not_found']);
  expect(valuesOf('cause').sort()).toEqual(['tunnel', 'visitor']);
});

test('Powertools logs no complaint about metrics', () => {
  expect(under.logs.filter(({ text }) => /EMF key|has already been added|No application metrics|requirements/.test(text))).toEqual([]);
});
