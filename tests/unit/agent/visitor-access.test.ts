import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, AgentOptionError } from '../../../agent';
import { parseCommandLine } from '../../../agent/command-line';
import { eventually } from '../../support/eventually';
import { checkAccess, hashedAccess } from '../../../agent/visitor-access';
import { decodeAgentMessage, encodeMessage, isAmong, passwordDigestSync, tokenDigest } from '../../../protocol';
import { AgentFixture } from '../../support/agent-fixture';
import { requestMessage } from '../../support/agent-fake-gateway';
import { startLocalServer } from '../../support/agent-local-server';

const ENVIRONMENT = { HTTP_TUNNEL_ENDPOINT: 'wss://agents.test/prod', HTTP_TUNNEL_TOKEN: 'token' };
const BEARER = 'a-token-of-more-than-24-characters';

function accessOf(args: readonly string[], environment: Record<string, string> = {}) {
  const invocation = parseCommandLine(['http', '3000', ...args], { ...ENVIRONMENT, ...environment });
  if (invocation.kind !== 'tunnel') throw new Error('no tunnel');
  return { access: invocation.options.access, warnings: invocation.warnings.join('\n') };
}

describe('the access rules on the command line', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'http-tunnel-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('are absent without options', () => {
    expect(accessOf([])).toEqual({ access: undefined, warnings: '' });
  });

  it('come from repeatable options, with a warning for secrets among the arguments', () => {
    const { access, warnings } = accessOf([
      '--basic-auth',
      'ann:long enough',
      '--basic-auth',
      'bob:long enough',
      '--bearer-token',
      BEARER,
      '--allow-cidr',
      '192.0.2.0/24',
      '--allow-cidr',
      '2001:db8::/32',
      '--forward-authorization',
      '--allow-preflight',
    ]);
    expect(access).toEqual({
      basicAuth: ['ann:long enough', 'bob:long enough'],
      bearerTokens: [BEARER],
      allowCidrs: ['192.0.2.0/24', '2001:db8::/32'],
      forwardAuthorization: true,
      allowPreflight: true,
    });
    expect(warnings).toMatch(/--basic-auth shows.*--basic-auth-file\n--bearer-token shows.*--bearer-token-file/);
    expect(warnings).not.toContain('long enough');
  });

  it('come from the lines of a file, or else from the environment, without a warning', () => {
    const file = join(folder, 'passwords');
    writeFileSync(file, 'ann:long enough\n\nbob:long enough\n');
    const environment = { HTTP_TUNNEL_BASIC_AUTH: 'eve:long enough', HTTP_TUNNEL_BEARER_TOKEN: BEARER };
    expect(accessOf(['--basic-auth-file', file], environment)).toEqual({
      access: { basicAuth: ['ann:long enough', 'bob:long enough'], bearerTokens: [BEARER] },
      warnings: '',
    });
    expect(accessOf([], environment).access).toEqual({ basicAuth: ['eve:long enough'], bearerTokens: [BEARER] });
  });
});

describe('an empty access rule', () => {
  it.each(['HTTP_TUNNEL_BASIC_AUTH', 'HTTP_TUNNEL_BEARER_TOKEN'])(
    'in the variable %s is refused, because it would let everybody in',
    (name) => {
      for (const empty of ['', ' \n\n']) {
        for (const args of [[], ['--allow-cidr', '192.0.2.0/24']]) {
          const parse = () => accessOf(args, { [name]: empty });
          expect(parse).toThrow(AgentOptionError);
          expect(parse).toThrow(new RegExp(`^${name} is empty, which would let everybody in: put .+ into it, or unset it$`));
        }
      }
    },
  );

  it('in a variable does not matter when the same rule comes from an option', () => {
    expect(accessOf(['--basic-auth', 'ann:long enough'], { HTTP_TUNNEL_BASIC_AUTH: '' }).access).toEqual({
      basicAuth: ['ann:long enough'],
    });
  });

  it.each(['basicAuth', 'bearerTokens', 'allowCidrs'])('in the option access.%s of the library is refused', (name) => {
    const create = () => new Agent({ endpoint: 'wss://agents.test', token: 't', target: { port: 1 }, access: { [name]: [] } });
    expect(create).toThrow(AgentOptionError);
    expect(create).toThrow(`access.${name} is an empty list, which would let everybody in: give an entry, or leave the list out`);
  });
});

describe('the access rules of an agent', () => {
  it.each([
    [{ basicAuth: ['no-colon-secret'] }, /user:password/],
    [{ basicAuth: [':secret-password'] }, /has no user name/],
    [{ basicAuth: ['ann:secret'] }, /password of "ann".*longer/],
    [{ basicAuth: ['ann:secret\tpassword'] }, /control character/],
    [{ bearerTokens: ['short-secret'] }, /24 characters/],
    [{ bearerTokens: [`${BEARER} secret`] }, /no space/],
    [{ allowCidrs: ['10.0.0.0/33'] }, /"10.0.0.0\/33" is not an address range/],
    [{ allowCidrs: ['example.com'] }, /is not an address range/],
    [{ allowCidrs: ['fe80::1%eth0/64'] }, /is not an address range/],
    [{ allowCidrs: Array<string>(33).fill('10.0.0.0/8') }, /33 entries of allowCidrs are too many/],
    [{ forwardAuthorization: true }, /--forward-authorization needs --basic-auth or --bearer-token/],
    [{ allowCidrs: ['10.0.0.0/8'], allowPreflight: true }, /--allow-preflight needs --basic-auth or --bearer-token/],
  ])('are refused when they are invalid, with an error that contains no secret: %j', (access, complaint) => {
    const check = () => checkAccess(access);
    expect(check).toThrow(AgentOptionError);
    expect(check).toThrow(complaint);
    expect(check).not.toThrow(/secret/);
  });

  it('are sent to the cloud as salted digests, in a valid message ready', () => {
    const access = hashedAccess({ basicAuth: ['ann:long enough'], bearerTokens: [BEARER], allowCidrs: ['192.0.2.0/24'] });
    const message = encodeMessage({ type: 'ready', access });
    expect(decodeAgentMessage(message)).toEqual({ type: 'ready', access });
    expect(message).not.toMatch(/long enough|a-token/);
    const { salt = '', passwords = [], tokens = [] } = access ?? {};
    expect(isAmong(passwordDigestSync('ann:long enough', salt), passwords)).toBe(true);
    expect(isAmong(tokenDigest(BEARER, salt), tokens)).toBe(true);
    expect(hashedAccess({ bearerTokens: [BEARER] })?.tokens).not.toEqual(tokens);
  });
});

describe('an agent with access rules', () => {
  const fixture = new AgentFixture();
  afterEach(() => fixture.closeAll());
  const access = { bearerTokens: [BEARER] };

  it('sends the same access rules on each connection', async () => {
    const gateway = await fixture.gateway();
    gateway.guards = true;
    const agent = await fixture.connected(gateway, 1, { access });
    const again = once(agent, 'connected');
    gateway.newest.socket.terminate();
    await again;
    expect(gateway.readies).toHaveLength(2);
    expect(gateway.readies[0]?.access?.tokens).toHaveLength(1);
    expect(gateway.readies[1]).toEqual(gateway.readies[0]);
  });

  it('forwards no request before the cloud has confirmed the access rules', async () => {
    let asked = 0;
    const local = fixture.keep(await startLocalServer((_request, reply) => (asked++, reply.end('ok'))));
    for (const guards of [false, true]) {
      const gateway = await fixture.gateway();
      gateway.guards = guards;
      gateway.establishes = false;
      const starting = fixture
        .agent(gateway, local.port, { access })
        .start()
        .catch(() => undefined);
      await eventually(() => gateway.readies.length === 1);
      const request = requestMessage();
      gateway.newest.send(request);
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(asked).toBe(0);
      gateway.newest.establish();
      await starting;
      if (guards) await eventually(() => gateway.answersTo(request.request_id).length > 0);
      expect(asked).toBe(guards ? 1 : 0);
    }
  });

  it('ends when an older cloud does not confirm the access rules', async () => {
    const gateway = await fixture.gateway();
    const starting = fixture.agent(gateway, 1, { access }).start();
    await expect(starting).rejects.toThrow(/too old to check visitors/);
    await expect(starting).rejects.toMatchObject({ name: 'TunnelRefusedError' });
  });
});
