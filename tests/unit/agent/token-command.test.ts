import { jwtVerify } from 'jose';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentOptionError } from '../../../agent';
import { parseCommandLine } from '../../../agent/command-line';

const KEY = 'k'.repeat(48);

/** Returns what the command prints, or the command's error. */
async function run(args: readonly string[], environment: Record<string, string> = { HTTP_TUNNEL_TOKEN_KEY: KEY }): Promise<string> {
  try {
    const invocation = parseCommandLine(args, environment);
    if (invocation.kind !== 'task') throw new Error('no task');
    return await invocation.run();
  } catch (error) {
    if (error instanceof AgentOptionError) return `error: ${error.message}`;
    throw error;
  }
}

const claimsOf = async (token: string) => (await jwtVerify(token.trim(), new TextEncoder().encode(KEY), { algorithms: ['HS256'] })).payload;

describe('http-tunnel token create', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'http-tunnel-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('prints only the token, which grants the given names for the given time', async () => {
    const printed = await run(['token', 'create', '--subject', 'ann', '--name', 'shop', '--name', 'team-a-*', '--expires', '12h']);
    expect(printed).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const { sub, names, iat = 0, exp = 0 } = await claimsOf(printed);
    expect({ sub, names, seconds: exp - iat }).toEqual({ sub: 'ann', names: ['shop', 'team-a-*'], seconds: 12 * 3600 });
  });

  it('grants no names, and expires after 30 days, when no option says otherwise', async () => {
    const { names, iat = 0, exp = 0 } = await claimsOf(await run(['token', 'create', '--subject', 'ann']));
    expect(names).toBeUndefined();
    expect(exp - iat).toBe(30 * 24 * 3600);
  });

  it('prints subject, names and expiry beside the token with --json', async () => {
    const printed = JSON.parse(await run(['token', 'create', '--subject', 'ann', '--name', '*', '--json'])) as Record<string, string>;
    expect(printed).toMatchObject({ subject: 'ann', names: ['*'], expiresAt: expect.stringMatching(/^\d{4}-.*Z$/) });
    expect((await claimsOf(printed['token'] ?? '')).sub).toBe('ann');
  });

  it('reads the key from --key-file or from TF_VAR_agent_token_key', async () => {
    const file = join(folder, 'key');
    writeFileSync(file, `${KEY}\n`);
    await expect(claimsOf(await run(['token', 'create', '--subject', 'ann', '--key-file', file], {}))).resolves.toBeDefined();
    await expect(claimsOf(await run(['token', 'create', '--subject', 'ann'], { TF_VAR_agent_token_key: KEY }))).resolves.toBeDefined();
  });

  it.each([
    [['token', 'create'], /--subject/],
    [['token', 'create', '--subject', ''], /--subject is not a valid owner/],
    [['token', 'create', '--subject', 'ann', '--name', 'Shop'], /--name "Shop" matches no tunnel/],
    [['token', 'create', '--subject', 'ann', '--name', 'team*'], /--name "team\*" matches no tunnel/],
    [['token', 'create', '--subject', 'ann', '--expires', 'soon'], /such as 90m, 12h or 30d/],
    [['token', 'create', '--subject', 'ann', '--key-file', '/nowhere'], /key file "\/nowhere" cannot be read \(ENOENT\)/],
    [['token'], /http-tunnel/],
  ])('refuses the arguments %j with an error of one line', async (args, complaint) => {
    const printed = await run(args);
    expect(printed).toMatch(complaint);
    expect(printed.trim()).not.toContain('\n');
    expect(printed).not.toContain(KEY);
  });

  it('refuses a missing or too short key and does not print the key', async () => {
    await expect(run(['token', 'create', '--subject', 'ann'], {})).resolves.toMatch(/key is missing.*--key-file.*HTTP_TUNNEL_TOKEN_KEY/);
    const printed = await run(['token', 'create', '--subject', 'ann'], { HTTP_TUNNEL_TOKEN_KEY: 'short-secret' });
    expect(printed).toMatch(/12 bytes.*32/);
    expect(printed).not.toContain('short-secret');
  });
});

describe('http-tunnel token inspect', () => {
  it('prints the claims of a token and whether it has expired, but not its signature', async () => {
    const token = await run(['token', 'create', '--subject', 'ann', '--name', 'shop']);
    const shown = await run(['token', 'inspect'], { HTTP_TUNNEL_TOKEN: token });
    expect(JSON.parse(shown)).toMatchObject({ alg: 'HS256', sub: 'ann', names: ['shop'], expired: false });
    expect(shown).not.toContain(token.trim().split('.')[2]);
  });

  it('refuses a text that is not a JWT and does not print it', async () => {
    const shown = await run(['token', 'inspect'], { HTTP_TUNNEL_TOKEN: 'not-a-token' });
    expect(shown).toMatch(/not a JWT/);
    expect(shown).not.toContain('not-a-token');
  });
});
