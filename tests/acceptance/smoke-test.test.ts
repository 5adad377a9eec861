import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startCloud, type CloudUnderTest } from '../support/tunnel';

const root = path.join(__dirname, '../..');
const directory = mkdtempSync(path.join(os.tmpdir(), 'http-tunnel-smoke-'));
const outputs = path.join(directory, 'outputs.json');
const KEY = 'a-key-for-smoke-tests-0123456789-0123456789';

/** Runs the smoke test as npm does. */
async function smoke(key: string | undefined, ...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const { TF_VAR_agent_token_key: _, HTTP_TUNNEL_TOKEN: __, ...env } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/smoke-test.ts', ...args], {
    cwd: root,
    env: { ...env, ...(key !== undefined && { TF_VAR_agent_token_key: key }) },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const [status] = (await once(child, 'close')) as [number];
  return { status, stdout, stderr };
}

describe('npm run smoke, against the local cloud', () => {
  let under: CloudUnderTest;

  beforeAll(async () => {
    under = await startCloud({ tokenKey: KEY });
    const { visitorUrl, agentEndpoint } = under;
    writeFileSync(
      outputs,
      JSON.stringify({
        local: { visitor_url: visitorUrl, agent_endpoint: agentEndpoint },
        elsewhere: { visitor_url: 'http://127.0.0.1:9', agent_endpoint: agentEndpoint },
        away: { visitor_url: visitorUrl, agent_endpoint: 'ws://127.0.0.1:9/v1' },
      }),
    );
  });

  afterAll(async () => {
    await under.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('passes when its request reaches its own service and the answer comes back', async () => {
    const { status, stdout, stderr } = await smoke(KEY, 'local', '--outputs', outputs);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^smoke test of local: passed, the visitor waited \d+ ms\n$/);
    expect(status).toBe(0);
  });

  it('fails with one line when visitors get no answer', async () => {
    const { status, stderr } = await smoke(KEY, 'elsewhere', '--outputs', outputs);
    expect(stderr).toMatch(/^smoke test: http:\/\/127\.0\.0\.1:9\/smoke-\w+\/\w+ did not answer: .*\n$/);
    expect(status).toBe(1);
  });

  it.each([
    ['a key that the environment does not know', 'another-key-0123456789-0123456789-0123456789', 'local'],
    ['an agent gateway that does not exist', KEY, 'away'],
  ])('fails with one line for %s', async (_, key, environment) => {
    const { status, stderr } = await smoke(key, environment, '--outputs', outputs, '--timeout', '3');
    expect(stderr).toMatch(/^smoke test: no agent can connect to ws:\/\/.*\n$/);
    expect(status).toBe(1);
  });

  it('exits with 2 when outputs, token key or options are missing', async () => {
    expect(await smoke(KEY, 'prod', '--outputs', outputs)).toMatchObject({
      status: 2,
      stderr: `smoke test: ${outputs} has no agent_endpoint and visitor_url for "prod": deploy this environment first\n`,
    });
    expect(await smoke(undefined, 'local', '--outputs', outputs)).toMatchObject({
      status: 2,
      stderr: 'smoke test: the key of agent tokens is missing: set TF_VAR_agent_token_key, or a token in HTTP_TUNNEL_TOKEN\n',
    });
    expect((await smoke(KEY, 'local')).stderr).toContain('the option --outputs <file> is missing');
  });
});
