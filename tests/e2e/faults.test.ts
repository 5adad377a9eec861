import { setTimeout as sleep } from 'node:timers/promises';
import { MinimalAgent } from '../support/minimal-agent';
import { functionOf, MODES, ruleOf, startCloud, type CloudUnderTest } from '../support/tunnel';

/** Short enough to see requests end at their deadline. In ms. */
const DEADLINE_MS = 4000;
/** Sweep leaves a row to its waiter for five seconds after the deadline. In ms. */
const SWEEP_MARGIN_MS = 5500;

describe.each(MODES)('in mode %s', (mode) => {
  let cloud: CloudUnderTest;
  beforeAll(async () => {
    cloud = await startCloud({
      mode,
      environment: (same) => ({ ...same, timings: { ...same.timings, requestDeadlineMs: DEADLINE_MS } }),
    });
  });
  afterAll(() => cloud.close());

  const connect = async (onRequest: (request: Record<string, unknown>, agent: MinimalAgent) => void, owner?: string) =>
    MinimalAgent.connect(cloud.cloud.agentEndpoint, await cloud.token(owner), onRequest);

  const kill = (functionName: string): void => {
    for (const { id } of cloud.cloud.services.lambda.environments(functionOf(cloud.cloud, functionName))) cloud.cloud.services.lambda.kill(id);
  };

  test('an agent that dies with the request does not hang the visitor past the deadline', async () => {
    const agent = await connect((_, self) => self.vanish());
    const reply = await cloud.visit('/', {}, agent.tunnel.tunnel_id);
    expect(reply.status).toBe(504);
    expect(reply.headers['x-tunnel-error']).toBe('deadline_exceeded');
    expect(reply.ms).toBeLessThan(DEADLINE_MS + 2000);
    await cloud.noPendingRows();
  });

  test('an agent that comes back in time can still answer', async () => {
    const token = await cloud.token();
    const name = { name: 'returner' };
    await MinimalAgent.connect(
      cloud.cloud.agentEndpoint,
      token,
      (request, self) => {
        self.vanish();
        void MinimalAgent.connect(cloud.cloud.agentEndpoint, token, () => undefined, name).then((again) =>
          again.answer(request['request_id'], 'back again'),
        );
      },
      name,
    );
    expect(await cloud.visit('/', {}, 'returner')).toMatchObject({ status: 200, text: 'back again' });
  });

  test('killing process-stream while a request is on its way does not lose the answer', async () => {
    const agent = await connect((request, self) => {
      self.answer(request['request_id'], 'answered');
      const killing = setInterval(() => kill('process-stream'), 20);
      setTimeout(() => clearInterval(killing), 1000);
    });
    await expect(cloud.visit('/', {}, agent.tunnel.tunnel_id)).resolves.toMatchObject({ status: 200, text: 'answered' });
    agent.vanish();
  });

  test('killing the waiting function tells the visitor at once, and sweep removes its row', async () => {
    const agent = await connect(() => kill('forward-request'));
    const startedAt = Date.now();
    const reply = await cloud.visit('/', {}, agent.tunnel.tunnel_id);
    // API Gateway's own answer: there is nobody left of ours to give one.
    expect(reply.status).toBe(500);
    expect(JSON.parse(reply.text)).toEqual({ message: 'Internal Server Error' });
    expect(reply.ms).toBeLessThan(DEADLINE_MS);
    agent.vanish();

    expect(await cloud.pendingRows()).toHaveLength(1);
    await sleep(startedAt + DEADLINE_MS + SWEEP_MARGIN_MS - Date.now());
    cloud.cloud.services.schedules.fire(ruleOf(cloud.cloud, 'sweep-schedule-rule'));
    await cloud.noPendingRows();
  });

  test("an answer from another tunnel's agent changes nothing", async () => {
    const eve = await connect(() => undefined, 'eve');
    const agent = await connect(async (request, self) => {
      eve.answer(request['request_id'], 'forged');
      await sleep(500);
      self.answer(request['request_id'], 'real');
    }, 'ann');
    expect(await cloud.visit('/', {}, agent.tunnel.tunnel_id)).toMatchObject({ status: 200, text: 'real' });
    expect(cloud.logs.some(({ text }) => text.includes('"ForeignAnswer":1'))).toBe(true);
    eve.vanish();
    agent.vanish();
  });

  test('a second answer changes nothing', async () => {
    const agent = await connect((request, self) => {
      self.answer(request['request_id'], 'first');
      self.answer(request['request_id'], 'second');
      self.answer(request['request_id'], 'third');
    });
    const reply = await cloud.visit('/', {}, agent.tunnel.tunnel_id);
    expect(['first', 'second', 'third']).toContain(reply.text);
    expect(reply.status).toBe(200);
    await settled();
    await cloud.noPendingRows();
    agent.vanish();
  });

  test('a late answer does not bring the row back', async () => {
    let answerLate: () => void = () => undefined;
    const agent = await connect((request, self) => {
      answerLate = () => self.answer(request['request_id'], 'too late');
    });
    expect((await cloud.visit('/', {}, agent.tunnel.tunnel_id)).status).toBe(504);
    answerLate();
    await settled();
    await cloud.noPendingRows();
    agent.vanish();
  });

  test('what is no message of the protocol is told to the agent and hurts nobody', async () => {
    const agent = await connect((request, self) => {
      self.socket.send('not JSON');
      self.send({ type: 'http_response', request_id: request['request_id'], status_code: 'two hundred', headers: {} });
      self.answer(request['request_id'], 'fine');
    });
    expect(await cloud.visit('/', {}, agent.tunnel.tunnel_id)).toMatchObject({ status: 200, text: 'fine' });
    await settled();
    expect(agent.received.filter(({ type, code }) => type === 'error' && code === 'invalid_request')).toHaveLength(2);
    agent.vanish();
  });
});

/** Time for messages on their way to be handled. */
const settled = (): Promise<void> => sleep(700);
