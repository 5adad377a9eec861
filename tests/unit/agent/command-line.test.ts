import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCommandLine } from '../../../agent/command-line';
import { AgentOptionError } from '../../../agent';
import { resolveOptions } from '../../../agent/options';

const ENVIRONMENT = { HTTP_TUNNEL_ENDPOINT: 'wss://agents.test/prod', HTTP_TUNNEL_TOKEN: 'from-environment' };

const parse = (line: string, environment: Record<string, string> = ENVIRONMENT) =>
  parseCommandLine(line.split(' ').filter(Boolean), environment);

function tunnel(line: string, environment?: Record<string, string>) {
  const invocation = parse(line, environment);
  if (invocation.kind !== 'tunnel') throw new Error(`"${line}" printed text`);
  return invocation;
}

function complaint(line: string, environment?: Record<string, string>): string {
  try {
    parse(line, environment);
  } catch (error) {
    if (error instanceof AgentOptionError) return error.message;
    throw error;
  }
  throw new Error(`"${line}" was accepted`);
}

describe('the command line', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'http-tunnel-'));
    writeFileSync(join(folder, 'token'), 'from-file\n');
    writeFileSync(join(folder, 'empty'), ' \n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('needs only a port when the environment contains endpoint and token', () => {
    expect(tunnel('http 3000')).toEqual({
      kind: 'tunnel',
      json: false,
      warnings: [],
      options: {
        endpoint: 'wss://agents.test/prod',
        token: 'from-environment',
        target: { host: '127.0.0.1', port: 3000 },
        allowRemoteTarget: false,
        connectTimeoutMs: 10_000,
      },
    });
  });

  it('passes each option on to the agent', () => {
    const { options, json } = tunnel(
      'http 80 --endpoint ws://127.0.0.1:9 --name shop --host 10.1.1.1 --allow-remote-target --host-header app.test --request-timeout 2.5 --connect-timeout 3 --max-in-flight 7 --json',
    );
    expect(json).toBe(true);
    expect(options).toMatchObject({
      endpoint: 'ws://127.0.0.1:9',
      name: 'shop',
      target: { host: '10.1.1.1', port: 80 },
      allowRemoteTarget: true,
      hostHeader: 'app.test',
      requestTimeoutMs: 2500,
      connectTimeoutMs: 3000,
      maxInFlight: 7,
    });
  });

  it('prefers the token file to the environment, and reads the file again for each connection', () => {
    const file = join(folder, 'renewed');
    writeFileSync(file, 'first');
    const { token } = resolveOptions(tunnel(`http 1 --token-file ${file}`).options);
    expect(token()).toBe('first');
    writeFileSync(file, 'second');
    expect(token()).toBe('second');
    writeFileSync(file, '');
    expect(token()).toBe('second');
  });

  it('warns that a token among the arguments is visible to others', () => {
    const { options, warnings } = tunnel('http 1 --token visible');
    expect(options.token).toBe('visible');
    expect(warnings.join()).toMatch(/--token shows your token.*--token-file or HTTP_TUNNEL_TOKEN/);
    expect(warnings.join()).not.toContain('visible');
  });

  it('warns that ws:// sends the token unencrypted, except to this machine', () => {
    expect(tunnel('http 1 --endpoint ws://agents.test:8080/x').warnings.join()).toMatch(
      /ws:\/\/agents.test:8080 gets your token .*unencrypted: use wss/,
    );
    for (const endpoint of ['ws://127.0.0.1:1', 'ws://localhost:1', 'ws://[::1]:1', 'wss://agents.test']) {
      expect(tunnel(`http 1 --endpoint ${endpoint}`).warnings).toEqual([]);
    }
  });

  it.each([
    ['http 1', { HTTP_TUNNEL_ENDPOINT: 'ws://x' }, /token is missing.*--token-file FILE.*HTTP_TUNNEL_TOKEN/],
    ['http 1', { HTTP_TUNNEL_ENDPOINT: 'ws://x', HTTP_TUNNEL_TOKEN: ' ' }, /token is missing/],
    ['http 1', { HTTP_TUNNEL_TOKEN: 't' }, /endpoint is missing.*--endpoint.*HTTP_TUNNEL_ENDPOINT/],
  ])('names the option and the environment variable of a missing value: %s with %j', (line, environment, message) => {
    expect(complaint(line, environment)).toMatch(message);
  });

  it.each([
    ['', /command is missing/],
    ['http', /missing required argument 'port'/],
    ['http abc', /'abc'.*whole number from 1 to 65535/],
    ['http 0', /from 1 to 65535/],
    ['http 65536', /from 1 to 65535/],
    ['http 3000 4000', /too many arguments/],
    ['htp 3000', /unknown command 'htp'.*http/],
    ['http 3000 --nmae x', /unknown option '--nmae'.*--name/],
    ['http 3000 --name', /argument missing/],
    ['http 3000 --request-timeout soon', /'soon'.*number of seconds/],
    ['http 3000 --max-in-flight 0', /'0'.*whole number above 0/],
    ['http 3000 --request-timeout 0', /request timeout of 0 s/],
    ['http 3000 --endpoint https://a.test/b', /did you mean wss:\/\/a.test\/b/],
    ['http 3000 --host 10.0.0.1', /--allow-remote-target/],
    ['http 3000 --token-file /nowhere/token', /"\/nowhere\/token" cannot be read \(ENOENT\)/],
    ['http 3000 --token-file /x --token y', /cannot be used with/],
  ])('refuses "%s" with an error of one line', (line, message) => {
    expect(complaint(line)).toMatch(message);
    expect(complaint(line)).not.toContain('\n');
  });

  it('refuses an empty token file', () => {
    expect(complaint(`http 3000 --token-file ${join(folder, 'empty')}`)).toMatch(/empty/);
  });

  it.each(['--help', 'http --help', '--version'])('answers %s with the usage or the version', (line) => {
    const invocation = parse(line, {});
    expect(invocation.kind === 'text' && invocation.text).toMatch(line === '--version' ? /^\d+\.\d+\.\d+\n$/ : /^Usage: http-tunnel/);
  });
});
