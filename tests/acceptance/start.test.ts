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

/** A signal is sent to the whole group, to npm, or to another process of it; all that runs ends. */
async function expectAllToEnd(start: NpmStart, end: (descendants: readonly number[]) => void): Promise<number | NodeJS.Signals> {
  const before = await start.descendants();
  expect(before.length).toBeGreaterThan(3);
  end(before);
  const outcome = await start.ended();
  await eventually(async () => expect(await living(before)).toEqual([]));
  return outcome;
}

/** Several environments, and the moment when all of them are frozen. */
async function freezeSeveral(visitorUrl: string, tunnel: string, start: NpmStart): Promise<void> {
  await Promise.all(Array.from({ length: 4 }, (_, i) => ask(visitorUrl, `/${tunnel}/nonce/${i}`)));
  await eventually(async () => expect((await stopped(await start.descendants())).length).toBeGreaterThan(3));
}

describe('a start with the demo', () => {
  afterAll(endAll);
  let start: NpmStart;
  let isReady: Ready;
  beforeAll(async () => {
    start = npmStart('--', '--json', '--http-port', '0', '--pin', 'demo=0');
    isReady = await ready(start);
  });

  test('brings up the tunnel with the demo behind it, reachable by path and by host', async () => {
    const { visitorUrl, consoleUrl, tunnel, pins } = isReady;
    expect(tunnel?.pathUrl).toBe(`${visitorUrl}/demo/`);
    expect(tunnel?.url).toBe(`http://demo.localhost:${new URL(visitorUrl).port}`);

    expect((await ask(visitorUrl, '/demo/')).status).toBe(200);
    expect((await ask(visitorUrl, '/', { headers: { host: 'demo.localhost' } })).status).toBe(200);
    expect((await ask(visitorUrl, '/', { headers: { host: new URL(tunnel?.url ?? '').host } })).status).toBe(200);
    // A pinned port sends every Host to its tunnel.
    expect((await ask(pins[0]?.url ?? '', '/nonce/pinned', { headers: { host: 'whatever.test' } })).text).toBe('pinned');
    expect((await ask(consoleUrl ?? '', '/')).text).toContain('http-tunnel console');
    expect(start.events.map(({ event }) => event)).not.toContain('not JSON');
  });

  test('can be found by commands with a key of their own, and a start that fails leaves it alone', async () => {
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

  test('Ctrl-C ends all of it, and commands find it no more', async () => {
    expect(await expectAllToEnd(start, () => start.ctrlC())).toBe(0);
    expect(() => readRunningCloud()).toThrow('start one with npm start');
  });
});

describe('only the cloud', () => {
  afterAll(endAll);
  let start: NpmStart;
  let isReady: Ready;
  beforeAll(async () => {
    start = npmStart('--', '--json', '--http-port', '0', '--no-agent', '--percent', '25');
    isReady = await ready(start);
  });

  test('an agent connects with the URL and the token it prints', async () => {
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

  test('SIGKILL of npm leaves no process', async () => {
    await expectAllToEnd(start, () => process.kill(start.npm.pid as number, 'SIGKILL'));
  });
});

describe('a start of its own', () => {
  afterEach(endAll);

  test('exposes the service that --port names to those who may visit, in mode polling, and SIGTERM to npm alone ends it all', async () => {
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

  test('the tunnel goes on when nobody reads its output any more, and Ctrl-C ends it all', async () => {
    const start = npmStart('--', '--json', '--verbose', '--http-port', '0');
    const { visitorUrl } = await ready(start);
    start.npm.stdout?.destroy();
    expect((await ask(visitorUrl, '/demo/nonce/1')).text).toBe('1');
    expect((await ask(visitorUrl, '/demo/nonce/2')).text).toBe('2');
    expect(await expectAllToEnd(start, () => start.ctrlC())).toBe(0);
  });

  test('SIGKILL of the process below npm leaves no process', async () => {
    const start = npmStart('--', '--json', '--http-port', '0');
    const { visitorUrl } = await ready(start);
    await freezeSeveral(visitorUrl, 'demo', start);
    await expectAllToEnd(start, ([below]) => process.kill(below as number, 'SIGKILL'));
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
    expect(progressOf(second)).toEqual([
      'taking functions and stack from an earlier start: nothing has changed',
      'booting the local cloud',
    ]);
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
