import { InvalidArgumentError, Option, type Command } from 'commander';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { AgentOptionError } from './errors';
import { readSecretFile } from './secret-file';
import { findToken, type TokenSources } from './token';

type Environment = Readonly<Record<string, string | undefined>>;
/** The work of a subcommand; resolves with the text to print. */
type Task = () => Promise<string>;

interface CreateFlags {
  readonly subject: string;
  readonly name: readonly string[];
  readonly expires: number;
  readonly keyFile?: string;
  readonly json?: boolean;
}

/** HS256 wants a key of at least the hash's size (RFC 7518 section 3.2), and the cloud refuses a shorter one. In bytes. */
const MIN_KEY_BYTES = 32;

/** Adds `token create` and `token inspect`. */
export function addTokenCommand(program: Command, environment: Environment, run: (task: Task) => void): void {
  const token = program.command('token').description('Creates and inspects tokens.');
  token
    .command('create')
    .description("Signs a token with the environment's own key, and prints the token.")
    .requiredOption('--subject <owner>', 'owner of the token, and of the tunnels that are opened with the token')
    .option(
      '--name <name>',
      'name that the token grants: exact, a family such as "team-a-*", or "*" (repeatable); without --name: random names only',
      collect,
      [],
    )
    .addOption(
      new Option('--expires <time>', 'how long the token is valid, such as 90m, 12h or 7d')
        .default(30 * SECONDS.d, '30d')
        .argParser(duration),
    )
    .option('--key-file <file>', 'file that holds the key (or env: HTTP_TUNNEL_TOKEN_KEY, TF_VAR_agent_token_key)')
    .option('--json', 'print a JSON object with the token and its content')
    .action((flags: CreateFlags) => run(() => createToken(flags, findKey(flags, environment))));
  token
    .command('inspect')
    .description('Shows the content of a token, without checking its signature.')
    .option('--token-file <file>', 'file that holds the token (or env: HTTP_TUNNEL_TOKEN)')
    .action((flags: TokenSources) => run(async () => inspectToken(findToken(flags, environment))));
}

async function createToken({ subject, name: names, expires, json }: CreateFlags, key: Uint8Array): Promise<string> {
  if (!/^\P{C}{1,255}$/u.test(subject)) {
    throw new AgentOptionError('--subject is not a valid owner: give a text of 1 to 255 characters without control characters');
  }
  for (const name of names) checkGrant(name);
  const issuedAt = Math.floor(Date.now() / 1000);
  const token = await new SignJWT(names.length > 0 ? { names: [...names] } : {})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(subject)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + expires)
    .sign(key);
  if (!json) return `${token}\n`;
  return `${JSON.stringify({ token, subject, names, expiresAt: isoTime(issuedAt + expires) })}\n`;
}

/** Refuses a name that no tunnel can have: the token's owner would notice the mistake only much later. */
function checkGrant(grant: string): void {
  if (grant === '*' || /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(-\*)?$/.test(grant)) return;
  throw new AgentOptionError(
    `--name "${grant}" matches no tunnel: give a tunnel's name (a-z, 0-9 and "-"), a family that ends in "-*", or "*"`,
  );
}

function inspectToken(token: string): string {
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    const { exp, iat, nbf, ...claims } = decodeJwt(token);
    const times = { issuedAt: isoTime(iat), notBefore: isoTime(nbf), expiresAt: isoTime(exp) };
    return `${JSON.stringify({ alg, kid, ...claims, ...times, expired: exp !== undefined && exp * 1000 < Date.now() }, undefined, 2)}\n`;
  } catch {
    throw new AgentOptionError('the token is not a JWT: pass the complete token that the operator of this tunnel gave you');
  }
}

const isoTime = (seconds: number | undefined): string | undefined =>
  seconds === undefined ? undefined : new Date(seconds * 1000).toISOString();

function findKey({ keyFile }: CreateFlags, environment: Environment): Uint8Array {
  const text =
    keyFile === undefined
      ? (environment.HTTP_TUNNEL_TOKEN_KEY ?? environment.TF_VAR_agent_token_key ?? '').trim()
      : readSecretFile('key', keyFile, '--key-file');
  if (text === '') {
    throw new AgentOptionError('the key is missing: pass --key-file FILE, or set HTTP_TUNNEL_TOKEN_KEY to the key that was deployed');
  }
  const key = new TextEncoder().encode(text);
  if (key.length >= MIN_KEY_BYTES) return key;
  throw new AgentOptionError(
    `the key has ${key.length} bytes, and the cloud requires at least ${MIN_KEY_BYTES}: use the key that was deployed`,
  );
}

const SECONDS = { m: 60, h: 3600, d: 24 * 3600 };

function duration(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? [];
  if (count !== undefined) return Number(count) * SECONDS[unit as keyof typeof SECONDS];
  throw new InvalidArgumentError('Give a time such as 90m, 12h or 30d.');
}

const collect = (value: string, previous: readonly string[]): readonly string[] => [...previous, value];
