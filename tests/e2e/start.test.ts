import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { startDemoService } from '../../agent/demo/demo-service';
import { readRunningCloud, RUNNING_CLOUD_FILE } from '../../local/running-cloud';
import { ask } from '../support/http-client';
import { listenOnAnyPort } from '../support/listen';
import { living, NpmStart } from '../support/npm-start';

const BEARER_TOKEN = 'a-token-of-more-than-24-characters';

const started: NpmStart[] = [];
afterEach(async () => {
  for (const start of started.splice(0)) {
    if (start.npm.exitCode === null && start.npm.signalCode === null) start.ctrlC();
    await start.ended();
  }
});

function npmStart(...args: string[]): NpmStart {
  const start = NpmStart.run(args);
  started.push(start);
  return start;
}

interface Ready {
  readonly visitorUrl: string;
  readonly agentEndpoint: string;
  readonly consoleUrl?: string;
  readonly token?: string;
  readonly percent: number;
  readonly tunnel?: { readonly url: string; readonly pathUrl: string; readonly target: string };
  readonly pins: readonly { readonly url: string }[];
}

const ready = async (start: NpmStart): Promise<Ready> => (await start.ready()) as unknown as Ready;

test('brings up the tunnel with the demo behind it, reachable by path and by host', async () => {
  const start = npmStart('--', '--json', '--http-port', '0', '--pin', 'demo=0');
  const { visitorUrl, consoleUrl, tunnel, pins } = await ready(start);
  expect(tunnel?.pathUrl).toBe(`${visitorUrl}/demo/`);
  expect(tunnel?.url).toBe(`http://demo.localhost:${new URL(visitorUrl).port}`);

  expect((await ask(visitorUrl, '/demo/')).status).toBe(200);
  expect((await ask(visitorUrl, '/', { headers: { host: 'demo.localhost' } })).status).toBe(200);
  expect((await ask(visitorUrl, '/', { headers: { host: new URL(tunnel?.url ?? '').host } })).status).toBe(200);
  // A pinned port sends every Host to its tunnel.
  expect((await ask(pins[0]?.url ?? '', '/nonce/pinned', { headers: { host: 'whatever.test' } })).text).toBe('pinned');
  expect((await ask(consoleUrl ?? '', '/')).text).toContain('http-tunnel console');
  expect(start.events.map(({ event }) => event)).not.toContain('not JSON');

  const before = await start.descendants();
  expect(before.length).toBeGreaterThan(3);
  start.ctrlC();
  expect(await start.ended()).toBe(0);
  expect(await livingAfter(before)).toEqual([]);
});

test('exposes the service that --port names to those who may visit, in mode polling, and SIGTERM to npm alone ends it all', async () => {
  const service = await startDemoService();
  const options = ['--port', String(service.port), '--mode', 'polling', '--name', 'mine', '--bearer-token', BEARER_TOKEN];
  const start = npmStart('--', '--json', '--http-port', '0', ...options);
  const { visitorUrl, tunnel } = await ready(start);
  expect(tunnel?.target).toBe(`http://127.0.0.1:${service.port}`);
  expect((await ask(visitorUrl, '/mine/nonce/42')).status).toBe(401);
  expect((await ask(visitorUrl, '/mine/nonce/42', { headers: { authorization: `Bearer ${BEARER_TOKEN}` } })).text).toBe('42');
  expect(start.events).toContainEqual(expect.objectContaining({ event: 'warning', text: expect.stringContaining('--bearer-token-file') }));

  const before = await start.descendants();
  process.kill(start.npm.pid as number, 'SIGTERM');
  await start.ended();
  expect(await livingAfter(before)).toEqual([]);
  await service.close();
});

test.each(['npm', 'the process below it'])('SIGKILL of %s leaves no process after two seconds', async (victim) => {
  const start = npmStart('--', '--json', '--http-port', '0');
  const { visitorUrl } = await ready(start);
  // Several environments, all frozen by the time of the kill.
  await Promise.all(Array.from({ length: 4 }, (_, i) => ask(visitorUrl, `/demo/nonce/${i}`)));
  await sleep(200);
  const before = await start.descendants();
  const pid = victim === 'npm' ? (start.npm.pid as number) : before.find((each) => each !== start.npm.pid);
  process.kill(pid as number, 'SIGKILL');
  await start.ended();
  expect(await livingAfter(before)).toEqual([]);
});

test('only the cloud: an agent connects with the URL and the token it prints', async () => {
  const service = await startDemoService();
  const start = npmStart('--', '--json', '--http-port', '0', '--no-agent', '--percent', '25');
  const { visitorUrl, agentEndpoint, token, percent } = await ready(start);
  expect(percent).toBe(25);
  const agent = spawn(
    process.execPath,
    ['--import', 'tsx', 'agent/main.ts', 'http', String(service.port), '--name', 'guest', '--json'],
    {
      cwd: path.join(__dirname, '../..'),
      env: { ...process.env, HTTP_TUNNEL_ENDPOINT: agentEndpoint, HTTP_TUNNEL_TOKEN: token },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  try {
    await once(agent.stdout, 'data');
    expect((await ask(visitorUrl, '/guest/nonce/7')).text).toBe('7');
  } finally {
    agent.kill('SIGTERM');
    await once(agent, 'exit');
    await service.close();
  }
});

test('a start that runs can be found by commands with a key of their own, and one that fails leaves it alone', async () => {
  const start = npmStart('--', '--json', '--http-port', '0', '--no-agent');
  const { visitorUrl, agentEndpoint } = await ready(start);
  const found = readRunningCloud();
  expect(found).toMatchObject({ environment: 'local', visitorUrl, agentEndpoint });
  expect(statSync(RUNNING_CLOUD_FILE).mode & 0o777).toBe(0o600);
  const { endpoint, region, accessKeyId, secretAccessKey } = found;
  const client = new CloudWatchClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
  await expect(client.send(new DescribeAlarmsCommand({}))).resolves.toMatchObject({ MetricAlarms: expect.any(Array) });
  client.destroy();

  const second = npmStart('--', '--http-port', new URL(visitorUrl).port);
  expect(await second.ended()).toBe(1);
  expect(readRunningCloud()).toEqual(found);

  start.ctrlC();
  await start.ended();
  expect(() => readRunningCloud()).toThrow('start one with npm start');
});

test.each([
  ['an unknown option', ['--', '--prot', '3000'], 2, "unknown option '--prot'"],
  ['a forgotten --', ['--port', '3000'], 2, 'npm start -- --port 3000'],
])('%s is refused with one line', async (_, args, code, text) => {
  const start = npmStart(...args);
  expect(await start.ended()).toBe(code);
  expect(start.stderr).toContain(text);
  expect(start.stderr.trim().split('\n')).toHaveLength(1);
});

test('says what it makes, and makes nothing that an earlier start has left as it has to be', async () => {
  const progressOf = ({ events }: NpmStart): unknown[] => events.filter(({ event }) => event === 'progress').map(({ text }) => text);
  const first = npmStart('--', '--json', '--http-port', '0', '--no-agent', '--rebuild');
  await ready(first);
  expect(progressOf(first)).toEqual(['building the functions', 'synthesizing the stack', 'booting the local cloud']);
  const second = npmStart('--', '--json', '--http-port', '0', '--no-agent');
  await ready(second);
  expect(progressOf(second)).toEqual(['taking functions and stack from an earlier start: nothing has changed', 'booting the local cloud']);
}, 60_000);

test('a taken port is said before anything is built', async () => {
  const holder = createServer();
  const port = await listenOnAnyPort(holder);
  const start = npmStart('--', '--http-port', String(port));
  expect(await start.ended()).toBe(1);
  expect(start.stderr).toContain(`port ${port} is taken`);
  expect(start.stderr.trim().split('\n')).toHaveLength(1);
  holder.close();
});

test('--help says how to use it', async () => {
  const start = npmStart('--', '--help');
  expect(await start.ended()).toBe(0);
  const help = start.events.map((event) => event['line']).join('\n');
  const options = ['--port', '--host', '--name', '--http-port', '--mode', '--percent', '--pin', '--json', '--no-agent', '--rebuild', '--console-port', '--no-console'];
  for (const option of options) {
    expect(help).toContain(option);
  }
});

/** Processes that are still there after the two seconds they may take to end. */
async function livingAfter(pids: readonly number[]): Promise<number[]> {
  const giveUpAt = Date.now() + 2000;
  for (;;) {
    const left = await living(pids);
    if (left.length === 0 || Date.now() > giveUpAt) return left;
    await sleep(50);
  }
}
