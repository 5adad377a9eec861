import { startLocalServer, type LocalServer } from '../support/agent-local-server';
import { AgentProcess } from '../support/agent-process';
import { builtAgent, type BuiltAgent } from '../support/built-agent';
import { eventually } from '../support/eventually';
import { startCloud, type CloudUnderTest } from '../support/tunnel';

const DEADLINE_MS = 10_000;

let cloud: CloudUnderTest;
let local: LocalServer;
let agent: AgentProcess;
let built: BuiltAgent;
/** The paths that the local service was asked for. */
let asked: string[];
beforeAll(async () => {
  built = await builtAgent();
  asked = [];
  local = await startLocalServer((request, reply) => {
    asked.push(request.url ?? '');
    reply.end('done');
  });
  cloud = await startCloud({ environment: (same) => ({ ...same, timings: { ...same.timings, requestDeadlineMs: DEADLINE_MS } }) });
  agent = new AgentProcess(built.file, ['http', String(local.port), '--name', 'demo'], {
    HTTP_TUNNEL_ENDPOINT: cloud.agentEndpoint,
    HTTP_TUNNEL_TOKEN: await cloud.token(),
  });
  await agent.prints('Forwarding');
});
afterAll(async () => {
  await agent.close();
  await cloud.close();
  await local.close();
  await built.remove();
});

const post = (paths: readonly string[]) => paths.map((each) => cloud.visit(each, { method: 'POST', body: 'x' }));

test('an agent that was stopped refuses the requests whose visitors have gone, and forwards the others', async () => {
  const expired = Array.from({ length: 3 }, (_, i) => `/charge-card/${i}`);
  const live = Array.from({ length: 2 }, (_, i) => `/live/${i}`);
  await Promise.all(post(['/before']));

  agent.signal('SIGSTOP');
  for (const { status } of await Promise.all(post(expired))) expect(status).toBe(504);
  await cloud.noPendingRows();
  const answers = post(live);
  await eventually(async () => (await cloud.pendingRows()).length === live.length);
  agent.signal('SIGCONT');

  for (const { status, text } of await Promise.all(answers)) expect({ status, text }).toEqual({ status: 200, text: 'done' });
  for (const each of expired) await agent.prints(`POST ${each} `);
  expect(asked.sort()).toEqual(['/before', ...live]);
  for (const each of expired) {
    expect(agent.stdout.match(new RegExp(`^POST ${each} .*$`, 'gm'))).toEqual([
      expect.stringMatching(/ was not forwarded: the request is [\d.]+ s too old \(the visitor has gone\)$/),
    ]);
  }
});
