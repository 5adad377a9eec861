import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../support/eventually';
import { AgentFixture, TEST_TOKEN } from '../../support/agent-fixture';
import type { FakeGateway } from '../../support/agent-fake-gateway';
import { startLocalServer, type LocalServer } from '../../support/agent-local-server';
import { AgentProcess } from '../../support/agent-process';
import { builtAgent, type BuiltAgent } from '../../support/built-agent';

const fixture = new AgentFixture();
let built: BuiltAgent;
let gateway: FakeGateway;
let local: LocalServer;
let finish: (() => void)[];

beforeAll(async () => {
  built = await builtAgent();
  writeFileSync(join(built.folder, 'token'), `${TEST_TOKEN}\n`);
});
afterAll(() => built.remove());

beforeEach(async () => {
  gateway = await fixture.gateway();
  finish = [];
  local = fixture.keep(
    await startLocalServer((request, reply) => {
      if (request.url === '/slow') finish.push(() => reply.end('slow'));
      else reply.end('hello');
    }),
  );
});
afterEach(() => fixture.closeAll());

const run = (args: string[], environment: Record<string, string> = {}): AgentProcess =>
  fixture.keep(new AgentProcess(built.file, args, environment));

async function tunnel(...extra: string[]): Promise<AgentProcess> {
  const agent = run(['http', String(local.port), ...extra], {
    HTTP_TUNNEL_ENDPOINT: gateway.url,
    HTTP_TUNNEL_TOKEN: TEST_TOKEN,
  });
  await agent.prints(extra.includes('--json') ? '"connected"' : 'Forwarding');
  return agent;
}

describe('the built agent', () => {
  it('is one file that starts with the shebang of node, and the build reports its size', () => {
    expect(readFileSync(built.file, 'utf8').startsWith('#!/usr/bin/env node\n')).toBe(true);
    expect(built.bytes).toBe(readFileSync(built.file).length);
  });

  it('prints its help when plain node runs it outside the repository', async () => {
    const agent = run(['http', '--help']);
    expect(await agent.exit).toBe(0);
    for (const option of ['--endpoint', '--token-file', '--name', '--host', '--request-timeout', '--json']) {
      expect(agent.stdout).toContain(option);
    }
  });

  it('prints its forwarding addresses and one line for each request, without the query', async () => {
    const agent = await tunnel();
    const answer = await gateway.newest.request({ uri: '/a/b?key=canary' });
    expect(answer).toMatchObject({ type: 'http_response', body: Buffer.from('hello').toString('base64') });
    await agent.prints('GET /a/b');
    expect(agent.stdout).toMatch(
      new RegExp(
        `^Forwarding https://${gateway.tunnelId}.tunnels.test -> http://127.0.0.1:${local.port}\n` +
          `Forwarding https://tunnels.test/${gateway.tunnelId}/ -> http://127.0.0.1:${local.port}\n` +
          'GET /a/b 200 \\d+ ms 5 bytes\n$',
      ),
    );
    expect(agent.stderr).toBe('');
  });

  it('prints JSON lines with --json', async () => {
    const agent = await tunnel('--json');
    await gateway.newest.request({ uri: '/x' });
    await agent.prints('"/x"');
    const lines = agent.stdout.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual(['connected', 'request']);
  });

  it('takes endpoint, token file and tunnel name from its options', async () => {
    const token = join(built.folder, 'token');
    const agent = run(['http', String(local.port), '--endpoint', gateway.url, '--token-file', token, '--name', 'shop']);
    await agent.prints('Forwarding');
    expect(gateway.namesAsked).toEqual(['shop']);
    expect(gateway.newest.authorization).toBe(`Bearer ${TEST_TOKEN}`);
  });

  it('answers with the code timeout after the time of --request-timeout', async () => {
    await tunnel('--request-timeout', '0.1');
    expect(await gateway.newest.request({ uri: '/slow' })).toMatchObject({ type: 'error', code: 'timeout' });
  });

  it('prints a line when it is disconnected, and reconnects', async () => {
    const agent = await tunnel();
    gateway.newest.socket.terminate();
    await agent.prints('Disconnected: the connection was cut; trying again in');
    await eventually(() => gateway.connections.length === 2);
    expect((await gateway.newest.request()).type).toBe('http_response');
  });
});

describe('the agent process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('answers the request in flight and exits with 0 after one %s', async (signal) => {
    const agent = await tunnel();
    const connection = gateway.newest;
    const answer = connection.request({ uri: '/slow' });
    await eventually(() => finish.length === 1);
    agent.signal(signal);
    await agent.prints('Stopping');
    await eventually(() => connection.received.at(-1)?.type === 'draining');
    finish[0]?.();
    expect(await answer).toMatchObject({
      type: 'http_response',
      body: Buffer.from('slow').toString('base64'),
    });
    expect(await agent.exit).toBe(0);
    expect(await connection.closed).toBe(1000);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('exits at once when %s comes a second time, with exit code %d', async (signal, exitCode) => {
    const agent = await tunnel();
    void gateway.newest.request({ uri: '/slow' });
    await eventually(() => finish.length === 1);
    agent.signal(signal);
    await agent.prints('Stopping');
    await new Promise((resolve) => setTimeout(resolve, 350));
    agent.signal(signal);
    expect(await agent.exit).toBe(exitCode);
  });

  it('still answers the request in flight when the terminal and npm both send SIGINT for one Ctrl-C', async () => {
    const agent = await tunnel();
    const answer = gateway.newest.request({ uri: '/slow' });
    await eventually(() => finish.length === 1);
    agent.signal('SIGINT');
    await agent.prints('Stopping');
    agent.signal('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 50));
    finish[0]?.();
    expect((await answer).type).toBe('http_response');
    expect(await agent.exit).toBe(0);
  });

  it('exits with 0 on SIGTERM while it waits to connect to the cloud', async () => {
    const agent = run(['http', '1'], {
      HTTP_TUNNEL_ENDPOINT: 'ws://127.0.0.1:1',
      HTTP_TUNNEL_TOKEN: TEST_TOKEN,
    });
    await agent.prints('trying again');
    agent.signal('SIGTERM');
    expect(await agent.exit).toBe(0);
  });
});

describe('the agent program', () => {
  it.each([[['http']], [['http', 'abc']], [['http', '3000', '--unknown']], [['http', '3000']], [[]]])(
    'prints one line on stderr and exits with 2 for the arguments %j',
    async (args: string[]) => {
      const agent = run(args);
      expect(await agent.exit).toBe(2);
      expect(agent.stderr).toMatch(/^error: [^\n]+\n$/);
      expect(agent.stdout).toBe('');
    },
  );

  it('exits with 1 when the cloud refuses the token, and does not print the token', async () => {
    gateway.refusals = [{ status: 401 }];
    const agent = run(['http', '3000', '--token', TEST_TOKEN], { HTTP_TUNNEL_ENDPOINT: gateway.url });
    expect(await agent.exit).toBe(1);
    expect(agent.stderr).toMatch(/^warning: --token shows[^\n]+\nerror: The cloud refused the token \(HTTP 401\)[^\n]+\n$/);
    expect(agent.stdout + agent.stderr).not.toContain(TEST_TOKEN);
  });

  it('prints neither token nor query nor headers, with text output and with JSON output', async () => {
    for (const extra of [[], ['--json']]) {
      const agent = await tunnel(...extra);
      await gateway.newest.request({ uri: '/q?canary', headers: { host: ['h'], cookie: ['canary'] } });
      await gateway.newest.request({ uri: 'canary-free' });
      gateway.newest.socket.terminate();
      await agent.prints(extra.length > 0 ? '"disconnected"' : 'Disconnected');
      agent.signal('SIGTERM');
      await agent.exit;
      expect(agent.stdout + agent.stderr).not.toMatch(/\?canary|cookie|canary\.token/);
    }
  });

  it('creates and inspects tokens as a single file and from the repository, and does not print the key', async () => {
    const key = 'canary-key-of-at-least-32-bytes-0c1d2e';
    for (const program of [built.file, join(__dirname, '../../../agent/http-tunnel.js')]) {
      const start = (args: string[], environment: Record<string, string>): AgentProcess =>
        fixture.keep(new AgentProcess(program, args, environment));
      const creating = start(['token', 'create', '--subject', 'ann', '--name', 'shop'], { HTTP_TUNNEL_TOKEN_KEY: key });
      expect(await creating.exit).toBe(0);
      const showing = start(['token', 'inspect'], { HTTP_TUNNEL_TOKEN: creating.stdout });
      expect(await showing.exit).toBe(0);
      expect(JSON.parse(showing.stdout)).toMatchObject({ sub: 'ann', names: ['shop'] });
      expect(creating.stdout + creating.stderr + showing.stdout).not.toContain(key);
      const refused = start(['token', 'create'], { HTTP_TUNNEL_TOKEN_KEY: key });
      expect(await refused.exit).toBe(2);
      expect(refused.stderr).toMatch(/^error: [^\n]+\n$/);
    }
  });
});
