import type { Command } from 'commander';
import { AgentOptionError } from './errors';
import { readSecretFile } from './secret-file';
import type { AccessOptions } from './visitor-access';

export interface AccessFlags {
  readonly basicAuth?: readonly string[];
  readonly basicAuthFile?: string;
  readonly bearerToken?: readonly string[];
  readonly bearerTokenFile?: string;
  readonly allowCidr?: readonly string[];
  readonly forwardAuthorization?: boolean;
  readonly allowPreflight?: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Adds the options that say who may visit. */
export function addAccessOptions(command: Command): Command {
  return command
    .option('--basic-auth-file <file>', 'visitors must send one of the user:password lines of this file (or env: HTTP_TUNNEL_BASIC_AUTH)')
    .option(
      '--basic-auth <user:password>',
      'visitors must send this (repeatable); other users of this machine can see the password',
      collect,
    )
    .option(
      '--bearer-token-file <file>',
      'visitors must send one of the bearer tokens in the lines of this file (or env: HTTP_TUNNEL_BEARER_TOKEN)',
    )
    .option('--bearer-token <token>', 'visitors must send this (repeatable); other users of this machine can see the token', collect)
    .option('--allow-cidr <range>', 'visitors must come from this address range, such as 192.0.2.0/24 (repeatable)', collect)
    .option('--forward-authorization', "pass the visitors' password or bearer token on to the local service")
    .option('--allow-preflight', 'let CORS preflights through without credentials, for web apps of other origins');
}

/**
 * Takes secrets from options and files, or from the environment if neither is given.
 * @throws AgentOptionError for a file that cannot be read, and for a file or variable that is empty
 */
export function accessFrom(flags: AccessFlags, environment: Environment): AccessOptions {
  const basicAuth = secrets(BASIC_AUTH, { given: flags.basicAuth, file: flags.basicAuthFile }, environment);
  const bearerTokens = secrets(BEARER_TOKEN, { given: flags.bearerToken, file: flags.bearerTokenFile }, environment);
  return {
    ...(basicAuth && { basicAuth }),
    ...(bearerTokens && { bearerTokens }),
    ...(flags.allowCidr && { allowCidrs: flags.allowCidr }),
    ...(flags.forwardAuthorization && { forwardAuthorization: true }),
    ...(flags.allowPreflight && { allowPreflight: true }),
  };
}

/** Warnings about secrets on the command line, where other users of this machine can see them. */
export function accessWarnings({ basicAuth, bearerToken }: AccessFlags): string[] {
  const shown = [...(basicAuth ? ['--basic-auth'] : []), ...(bearerToken ? ['--bearer-token'] : [])];
  return shown.map((option) => `${option} shows the secret to everyone who can list the processes of this machine: use ${option}-file`);
}

interface SecretKind {
  readonly what: string;
  readonly fileOption: string;
  readonly variable: string;
  /** What an entry is. */
  readonly entry: string;
}
const BASIC_AUTH: SecretKind = {
  what: 'basic auth',
  fileOption: '--basic-auth-file',
  variable: 'HTTP_TUNNEL_BASIC_AUTH',
  entry: 'user:password',
};
const BEARER_TOKEN: SecretKind = {
  what: 'bearer token',
  fileOption: '--bearer-token-file',
  variable: 'HTTP_TUNNEL_BEARER_TOKEN',
  entry: 'a token',
};

/** Undefined when the rule is left out. */
function secrets(
  { what, fileOption, variable, entry }: SecretKind,
  { given, file }: { readonly given: readonly string[] | undefined; readonly file: string | undefined },
  environment: Environment,
): readonly string[] | undefined {
  if (given !== undefined || file !== undefined) {
    return [...(given ?? []), ...(file === undefined ? [] : linesOf(readSecretFile(what, file, fileOption)))];
  }
  const text = environment[variable];
  if (text === undefined) return undefined;
  const lines = linesOf(text);
  if (lines.length > 0) return lines;
  throw new AgentOptionError(`${variable} is empty, which would let everybody in: put ${entry} into it, or unset it`);
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

const collect = (value: string, previous: readonly string[] = []): readonly string[] => [...previous, value];
