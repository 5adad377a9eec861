import { Agent } from '../../agent';
import { validateFaultPlan } from '../../emulator/faults/fault-plan';
import type { StartMode } from '../../local/start/start-options';
import { startLocalServer } from '../support/agent-local-server';
import { sumOfMetric } from '../support/emf';
import { eventually } from '../support/eventually';
import { MinimalAgent } from '../support/minimal-agent';
import { endDeadline } from '../support/table-rows';
import { MODES, ruleOf, startCloud, type CloudUnderTest } from '../support/tunnel';

/** Short enough that a test can wait for it, and long enough that a busy machine answers in time. In ms. */
const DEADLINE_MS = 12_000;

const WAKE_FRAMES = { on: 'frames', match: { api: 'wake-channel', direction: 'to-client' }, switched: true } as const;

/** Each test begins and ends the faults that it needs. */
const PLAN = validateFaultPlan(
  {
    seed: 5,
    faults: [
      { name: 'processor-dies', on: 'environments', match: { function: 'process-stream' }, do: 'kill', everyMs: 20, switched: true },
      { name: 'waiter-dies', on: 'environments', match: { function: 'forward-request' }, do: 'kill', everyMs: 10, switched: true },
      { name: 'receiver-dies', on: 'invocations', match: { function: 'receive-message' }, do: 'fail', switched: true },
      { name: 'wakes-are-lost', ...WAKE_FRAMES, do: 'drop', probability: 0.3 },
      { name: 'wakes-come-twice', ...WAKE_FRAMES, do: 'duplicate', probability: 0.3 },
      { name: 'wakes-overtake', ...WAKE_FRAMES, do: 'reorder', probability: 0.3 },
      {
        name: 'posts-hang',
        on: 'calls',
        match: { operation: 'ManageConnections', api: 'wake-channel' },
        do: 'drop',
        every: 4,
        switched: true,
      },
      { name: 'bus-slows-down', on: 'calls', match: { operation: 'PutEvents' }, do: 'throttle', every: 3, switched: true },
      { name: 'records-come-twice', on: 'stream-records', do: 'duplicate', every: 2, switched: true },
      { name: 'deliveries-are-lost', on: 'deliveries', match: { target: 'wake-waiter' }, do: 'drop', every: 4, switched: true },
      { name: 'processor-throws', on: 'invocations', match: { function: 'process-stream' }, do: 'fail', every: 3, switched: true },
    ],
  },
  'faults.test.ts',
);
const ON_THE_WAY_BACK = PLAN.faults.map(({ name }) => name).filter((name) => !name.endsWith('dies'));

const clouds = new Map<StartMode, CloudUnderTest>();

beforeAll(async () => {
  const environment: NonNullable<Parameters<typeof startCloud>[0]>['environment'] = (same) => ({
    ...same,
    timings: { ...same.timings, requestDeadlineMs: DEADLINE_MS },
  });
  for (const mode of MODES) clouds.set(mode, await startCloud({ mode, environment, faults: PLAN }));
});
afterAll(() => Promise.all([...clouds.values()].map((under) => under.close())));

/** Runs a test in all modes at once, because each mode mostly waits. */
function inEveryMode(sentence: string, story: (under: CloudUnderTest, mode: StartMode) => Promise<void>): void {
  test(sentence, async () => {
    const outcomes = await Promise.allSettled([...clouds].map(([mode, under]) => story(under, mode)));
    const failures = outcomes.flatMap((outcome, i) =>
      outcome.status === 'rejected' ? [`in mode ${MODES[i]}: ${(outcome.reason as Error).message}`] : [],
    );
    if (failures.length > 0) throw new Error(failures.join('\n\n'));
  });
}

type OnRequest = Parameters<typeof MinimalAgent.connect>[2];

const connect = async (under: CloudUnderTest, onRequest: OnRequest, owner?: string): Promise<MinimalAgent> =>
  MinimalAgent.connect(under.agentEndpoint, await under.token(owner), onRequest);

const visit = (under: CloudUnderTest, { tunnel }: MinimalAgent) => under.visit('/', {}, tunnel.tunnel_id);

const rowsOf = async (under: CloudUnderTest, { tunnel }: MinimalAgent): Promise<readonly Record<string, unknown>[]> =>
  (await under.pendingRows()).filter((row) => JSON.stringify(row).includes(tunnel.tunnel_id));

/** How often a metric has been counted. */
const counted = ({ logs }: CloudUnderTest, metric: string): number => sumOfMetric(logs, metric);

/** Visits a tunnel whose waiter is killed as soon as the agent has the request. */
async function visitKilledWaiter(under: CloudUnderTest): Promise<{ agent: MinimalAgent; reply: Awaited<ReturnType<typeof visit>> }> {
  const { faults } = under.cloud.services;
  const agent = await connect(under, () => faults.begin('waiter-dies'));
  const reply = await visit(under, agent);
  faults.end('waiter-dies');
  agent.vanish();
  return { agent, reply };
}

inEveryMode('the visitor gets 500 from API Gateway at once when the waiting function is killed', async (under) => {
  const { agent, reply } = await visitKilledWaiter(under);
  // The answer is API Gateway's own: the killed function cannot answer.
  expect(reply.status).toBe(500);
  expect(JSON.parse(reply.text)).toEqual({ message: 'Internal Server Error' });
  expect(reply.ms).toBeLessThan(DEADLINE_MS);
  expect(await rowsOf(under, agent)).toHaveLength(1);
});

describe('while two requests of each mode wait for their deadline', () => {
  interface Unanswered {
    readonly agent: MinimalAgent;
    readonly reply: ReturnType<typeof visit>;
  }
  const dying = new Map<StartMode, Unanswered>();
  const late = new Map<StartMode, Unanswered & { readonly answer: () => void }>();
  beforeAll(async () => {
    for (const [mode, under] of clouds) {
      const dies = await connect(under, (_, self) => self.vanish());
      dying.set(mode, { agent: dies, reply: visit(under, dies) });
      let answer = (): void => undefined;
      const answersLate = await connect(under, ({ request_id }, self) => {
        answer = () => self.answer(request_id, 'too late');
      });
      late.set(mode, { agent: answersLate, reply: visit(under, answersLate), answer: () => answer() });
    }
  });

  inEveryMode('an agent that reconnects before the deadline can still answer the request', async (under) => {
    const token = await under.token();
    const name = { name: 'returner' };
    await MinimalAgent.connect(
      under.agentEndpoint,
      token,
      (request, self) => {
        self.vanish();
        void MinimalAgent.connect(under.agentEndpoint, token, () => undefined, name).then((again) =>
          again.answer(request['request_id'], 'back again'),
        );
      },
      name,
    );
    expect(await under.visit('/', {}, 'returner')).toMatchObject({ status: 200, text: 'back again' });
  });

  inEveryMode('an answer is not lost when process-stream is killed while the answer is on its way', async (under) => {
    const { faults } = under.cloud.services;
    const agent = await connect(under, (request, self) => {
      self.answer(request['request_id'], 'answered');
      faults.begin('processor-dies');
      setTimeout(() => faults.end('processor-dies'), 1000);
    });
    await expect(visit(under, agent)).resolves.toMatchObject({ status: 200, text: 'answered' });
    agent.vanish();
  });

  inEveryMode('an answer from the agent of another tunnel is ignored, and the visitor gets the real answer', async (under) => {
    const eve = await connect(under, () => undefined, 'eve');
    const agent = await connect(
      under,
      async (request, self) => {
        eve.answer(request['request_id'], 'forged');
        await eventually(() => expect(counted(under, 'ForeignAnswer')).toBe(1));
        self.answer(request['request_id'], 'real');
      },
      'ann',
    );
    expect(await visit(under, agent)).toMatchObject({ status: 200, text: 'real' });
    eve.vanish();
    agent.vanish();
  });

  inEveryMode('of three answers to one request the visitor gets one, and the other two count as late', async (under) => {
    const before = counted(under, 'LateAnswer');
    const agent = await connect(under, (request, self) => {
      self.answer(request['request_id'], 'first');
      self.answer(request['request_id'], 'second');
      self.answer(request['request_id'], 'third');
    });
    const reply = await visit(under, agent);
    expect(['first', 'second', 'third']).toContain(reply.text);
    expect(reply.status).toBe(200);
    await eventually(() => expect(counted(under, 'LateAnswer')).toBe(before + 2));
    await eventually(async () => expect(await rowsOf(under, agent)).toEqual([]));
    agent.vanish();
  });

  inEveryMode('an invalid message gets the error invalid_request, and the valid answer after it reaches the visitor', async (under) => {
    const agent = await connect(under, (request, self) => {
      self.socket.send('not JSON');
      self.send({ type: 'http_response', request_id: request['request_id'], status_code: 'two hundred', headers: {} });
      self.answer(request['request_id'], 'fine');
    });
    expect(await visit(under, agent)).toMatchObject({ status: 200, text: 'fine' });
    await eventually(() =>
      expect(agent.received.filter(({ type, code }) => type === 'error' && code === 'invalid_request')).toHaveLength(2),
    );
    agent.vanish();
  });

  inEveryMode('the visitor gets 504 at the deadline when the agent disconnects without an answer', async (under, mode) => {
    const { agent, reply } = dying.get(mode) as Unanswered;
    // The answer is the tunnel's own: after 29 s, API Gateway would give its own answer instead.
    expect(await reply).toMatchObject({ status: 504, headers: { 'x-tunnel-error': 'deadline_exceeded' } });
    expect(await rowsOf(under, agent)).toEqual([]);
  });

  inEveryMode('an answer after the deadline counts as late and does not create the row again', async (under, mode) => {
    const { agent, reply, answer } = late.get(mode) as Unanswered & { readonly answer: () => void };
    expect((await reply).status).toBe(504);
    const before = counted(under, 'LateAnswer');
    answer();
    await eventually(() => expect(counted(under, 'LateAnswer')).toBe(before + 1));
    expect(await rowsOf(under, agent)).toEqual([]);
    agent.vanish();
  });
});

inEveryMode('the agent sends an answer again when receive-message fails on it, and warns with the request id', async (under) => {
  const { faults } = under.cloud.services;
  const service = await startLocalServer((_request, reply) => {
    faults.begin('receiver-dies');
    reply.end('answered');
  });
  const agent = await under.agent({ name: 'unlucky', target: { port: service.port }, timing: { resendMs: 100 } });
  const warnings: string[] = [];
  agent.on('warning', (text) => {
    faults.end('receiver-dies');
    warnings.push(text);
  });
  expect(await under.visit('/', {}, 'unlucky')).toMatchObject({ status: 200, text: 'answered' });
  expect(warnings).toEqual([
    expect.stringMatching(/^the cloud failed on a message of this agent \(API Gateway says "Internal server error", request id \S+\)/),
  ]);
  await agent.stop();
  await service.close();
});

inEveryMode('an agent connects again, and gives the reason, when receive-message fails on its first message', async (under) => {
  const { faults } = under.cloud.services;
  faults.begin('receiver-dies');
  const agent = new Agent({ endpoint: under.agentEndpoint, token: await under.token(), name: 'late', target: { port: 1 } });
  const reasons: string[] = [];
  agent.on('disconnected', ({ reason }) => {
    faults.end('receiver-dies');
    reasons.push(reason);
  });
  expect((await agent.start()).tunnelId).toBe('late');
  expect(reasons).toEqual([
    expect.stringMatching(/^the tunnel is not established: .*"Internal server error", request id \S+\); if the error repeats, /),
  ]);
  await agent.stop();
});

inEveryMode(
  'each visitor gets its own answer while wakes, records and events are lost, duplicated, reordered or throttled',
  async (under, mode) => {
    const { faults } = under.cloud.services;
    const agent = await connect(under, (request, self) => self.answer(request['request_id'], `to ${String(request['uri'])}`));
    const hasStruck = (name: string): boolean => (faults.counts()[name]?.struck ?? 0) > 0;
    const mustStrike = mode === 'polling' ? [] : ['wakes-are-lost', 'wakes-come-twice', 'posts-hang'];
    for (const name of ON_THE_WAY_BACK) faults.begin(name);
    // A safety read can overtake a wake, so a fault on wakes may strike only after four rounds.
    for (let round = 0; round < 4 || !mustStrike.every(hasStruck); round++) {
      const paths = [1, 2, 3, 4].map((i) => `/${round}-${i}`);
      const replies = await Promise.all(paths.map((path) => under.visit(path, {}, agent.tunnel.tunnel_id)));
      expect(replies.map(({ status, text }) => `${status} ${text}`)).toEqual(paths.map((path) => `200 to ${path}`));
    }
    for (const name of ON_THE_WAY_BACK) faults.end(name);
    agent.vanish();
  },
);

inEveryMode('sweep removes the row of a waiter that was killed', async (under) => {
  const { agent } = await visitKilledWaiter(under);
  for (const row of await rowsOf(under, agent)) await endDeadline(under, row);
  under.cloud.services.schedules.fire(ruleOf(under.cloud, 'sweep-schedule-rule'));
  await eventually(async () => expect(await rowsOf(under, agent)).toEqual([]));
});
