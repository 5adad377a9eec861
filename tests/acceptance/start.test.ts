import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { startDemoService } from '../../agent/demo/demo-service';
import { readRunningCloud, RUNNING_CLOUD_FILE } from '../../local/running-cloud';
import { eventually } from '../support/eventually';
import { ask } from '../support/http-client';
import { listenOnAnyPort } from '../support/listen';
import { living, NpmStart, stopped } from '../support/npm-start';

const BEARER_TOKEN = 'a-token-of-more-than-24-characters';

/** A start that ends with the test, or with all tests of its `describe` where it begins in a `beforeAll`. */
function npmStart(...args: string[]): NpmStart {
  const start = NpmStart.run(args);
  started.push(start);
  return start;
}
const started: NpmStart[] = [];
async function endAll(): Promise<void> {
  for (const start of started.splice(0)) {
    if (start.npm.exitCode === null && start.npm.signalCode === null) start.ctrlC();
    await start.ended();
  }
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

/** Sends a signal by `end`, and expects that all processes of the start end. */
async function expectAllToEnd(start: NpmStart, end: (descendants: readonly number[]) => void): Promise<number | NodeJS.Signals> {
  const before = await start.descendants();
  expect(before.length).toBeGreaterThan(3);
  end(before);
  const outcome = await start.ended();
  await eventually(async () => expect(await living(before)).toEqual([]));
  return outcome;
}

/** Starts several execution environments, and waits until all of them are frozen. */
async function freezeSeveral(visitorUrl: string, tunnel: string, start: NpmStart): Promise<void> {
  await Promise.all(Array.from({ length: 4 }, (_, i) => ask(visitorUrl, `/${tunnel}/nonce/${i}`)));
  await eventually(async () => expect((await stopped(await start.descendants())).length).toBeGreaterThan(3));
}

describe('npm start with the demo', () => {
  afterAll(endAll);
  let start: NpmStart;
  let isReady: Ready;
  beforeAll(async () => {
    start = npmStart('--', '--json', '--http-port', '0', '--pin', 'demo=0');
    isReady = await ready(start);
  });

  test('serves the demo by path, by host and by a pinned port, and serves the console page', async () => {
    const { visitorUrl, consoleUrl, tunnel, pins } = isReady;
    expect(tunnel?.pathUrl).toBe(`${visitorUrl}/demo/`);
    expect(tunnel?.url).toBe(`http://demo.localhost:${new URL(visitorUrl).port}`);

    expect((await ask(visitorUrl, '/demo/')).status).toBe(200);
    expect((await ask(visitorUrl, '/', { headers: { host: 'demo.localhost' } })).status).toBe(200);
    expect((await ask(visitorUrl, '/', { headers: { host: new URL(tunnel?.url ?? '').host } })).status).toBe(200);
    // A pinned port sends every Host to its tunnel.
    expect((await ask(pins[0]?.url ?? '', '/nonce/pinned', { headers: { host: 'localhost' } })).text).toBe('pinned');
    expect((await ask(pins[0]?.url ?? '', '/nonce/pinned', { headers: { host: 'rebound.example' } })).status).toBe(403);
    expect((await ask(consoleUrl ?? '', '/')).text).toContain('http-tunnel console');
    expect(start.events.map(({ event }) => event)).not.toContain('not JSON');
  });

  test('writes a file by which commands find the cloud, and a second start that fails leaves the file unchanged', async () => {
    const { visitorUrl, agentEndpoint } = isReady;
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
  });

  test('ends all its processes at Ctrl-C, and commands no longer find the cloud', async () => {
    expect(await expectAllToEnd(start, () => start.ctrlC())).toBe(0);
    expect(() => readRunningCloud()).toThrow('start one with npm start');
  });
});

describe('npm start without an agent', () => {
  afterAll(endAll);
  let start: NpmStart;
  let isReady: Ready;
  beforeAll(async () => {
    start = npmStart('--', '--json', '--http-port', '0', '--no-agent', '--percent', '25');
    isReady = await ready(start);
  });

  test('prints the URL and the token with which an agent connects', async () => {
    const service = await startDemoService();
    const { visitorUrl, agentEndpoint, token, percent } = isReady;
    expect(percent).toBe(25);
    const agent = spawn(process.execPath, ['--import', 'tsx', 'agent/main.ts', 'http', String(service.port), '--name', 'guest', '--json'], {
      cwd: path.join(__dirname, '../..'),
      env: { ...process.env, HTTP_TUNNEL_ENDPOINT: agentEndpoint, HTTP_TUNNEL_TOKEN: token },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(agent.stdout, 'data');
      expect((await ask(visitorUrl, '/guest/nonce/7')).text).toBe('7');
      await freezeSeveral(visitorUrl, 'guest', start);
    } finally {
      agent.kill('SIGTERM');
      await once(agent, 'exit');
      await service.close();
    }
  });

  test('ends all its processes when npm is killed by SIGKILL', async () => {
    await expectAllToEnd(start, () => process.kill(start.npm.pid as number, 'SIGKILL'));
  });
});

describe('npm start', () => {
  afterEach(endAll);

  test('exposes the service of --port to permitted visitors in mode polling, and ends all its processes at SIGTERM to npm', async () => {
    const service = await startDemoService();
    const options = ['--port', String(service.port), '--mode', 'polling', '--name', 'mine', '--bearer-token', BEARER_TOKEN];
    const start = npmStart('--', '--json', '--http-port', '0', ...options);
    const { visitorUrl, tunnel } = await ready(start);
    expect(tunnel?.target).toBe(`http://127.0.0.1:${service.port}`);
    expect((await ask(visitorUrl, '/mine/nonce/42')).status).toBe(401);
    expect((await ask(visitorUrl, '/mine/nonce/42', { headers: { authorization: `Bearer ${BEARER_TOKEN}` } })).text).toBe('42');
    expect(start.events).toContainEqual(
      expect.objectContaining({ event: 'warning', text: expect.stringContaining('--bearer-token-file') }),
    );
    await expectAllToEnd(start, () => process.kill(start.npm.pid as number, 'SIGTERM'));
    await service.close();
  });

  test('continues when nobody reads its output any more, and ends all its processes at Ctrl-C', async () => {
    const start = npmStart('--', '--json', '--verbose', '--http-port', '0');
    const { visitorUrl } = await ready(start);
    start.npm.stdout?.destroy();
    expect((await ask(visitorUrl, '/demo/nonce/1')).text).toBe('1');
    expect((await ask(visitorUrl, '/demo/nonce/2')).text).toBe('2');
    expect(await expectAllToEnd(start, () => start.ctrlC())).toBe(0);
  });

  test('ends all its processes when the process below npm is killed by SIGKILL', async () => {
    const start = npmStart('--', '--json', '--http-port', '0');
    const { visitorUrl } = await ready(start);
    await freezeSeveral(visitorUrl, 'demo', start);
    await expectAllToEnd(start, ([below]) => process.kill(below as number, 'SIGKILL'));
  });

  test.each([
    ['an unknown option', ['--', '--prot', '3000'], 2, "unknown option '--prot'"],
    ['a forgotten --', ['--port', '3000'], 2, 'npm start -- --port 3000'],
  ])('refuses %s with one line', async (_, args, code, text) => {
    const start = npmStart(...args);
    expect(await start.ended()).toBe(code);
    expect(start.stderr).toContain(text);
    expect(start.stderr.trim().split('\n')).toHaveLength(1);
  });

  test('prints what it builds, and a second start builds nothing when nothing has changed', async () => {
    const progressOf = ({ events }: NpmStart): unknown[] => events.filter(({ event }) => event === 'progress').map(({ text }) => text);
    const first = npmStart('--', '--json', '--http-port', '0', '--no-agent', '--rebuild');
    await ready(first);
    expect(progressOf(first)).toEqual(['building the functions', 'synthesizing the stack', 'booting the local cloud']);
    const second = npmStart('--', '--json', '--http-port', '0', '--no-agent');
    await ready(second);
    expect(progressOf(second)).toEqual([
      'using the functions and the stack of an earlier start: nothing has changed',
      'booting the local cloud',
    ]);
  }, 60_000);

  test('reports a port that is in use, in one line', async () => {
    const holder = createServer();
    const port = await listenOnAnyPort(holder);
    const start = npmStart('--', '--http-port', String(port));
    expect(await start.ended()).toBe(1);
    expect(start.stderr).toContain(`port ${port} is taken`);
    expect(start.stderr.trim().split('\n')).toHaveLength(1);
    holder.close();
  });

  test('lists its options with --help', async () => {
    const start = npmStart('--', '--help');
    expect(await start.ended()).toBe(0);
    const help = start.events.map((event) => event['line']).join('\n');
    const options = [
      '--port',
      '--host',
      '--name',
      '--http-port',
      '--mode',
      '--percent',
      '--pin',
      '--json',
      '--no-agent',
      '--rebuild',
      '--console-port',
      '--no-console',
    ];
    for (const option of options) {
      expect(help).toContain(option);
    }
  });
});
