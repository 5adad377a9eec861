import { Command, CommanderError, Option } from 'commander';
import { problemOf } from '../cli/command-line';
import { port, seconds, wholeNumber } from '../cli/numbers';
import { withPlainHelp } from '../cli/plain-help';
import { accessFrom, accessWarnings, addAccessOptions, type AccessFlags } from './access-flags';
import { AgentOptionError } from './errors';
import { isLoopback, unbracketed } from './local-target';
import { resolveOptions, type AgentOptions } from './options';
import { findToken } from './token';
import { addTokenCommand } from './token-command';
import { version } from '../package.json';

/** What the command line asks for. */
export type AgentCommand =
  | {
      readonly kind: 'tunnel';
      readonly options: AgentOptions;
      readonly json: boolean;
      readonly warnings: readonly string[];
    }
  /** `token create` and `token inspect`: resolves with what to print. */
  | { readonly kind: 'task'; readonly run: () => Promise<string> }
  /** Help or version: the caller prints the text and ends. */
  | { readonly kind: 'text'; readonly text: string };

interface HttpFlags extends AccessFlags {
  readonly endpoint?: string;
  readonly tokenFile?: string;
  readonly token?: string;
  readonly name?: string;
  readonly host: string;
  readonly allowRemoteTarget?: boolean;
  readonly hostHeader?: string;
  readonly requestTimeout?: number;
  readonly connectTimeout: number;
  readonly maxInFlight?: number;
  readonly json?: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads `http-tunnel http <port> [options]` and `http-tunnel token create|inspect [options]`.
 * @param args the arguments after the program's name
 * @throws AgentOptionError with one line that says what is wrong
 */
export function parseCommandLine(args: readonly string[], environment: Environment): AgentCommand {
  let printed = '';
  let command: AgentCommand | undefined;
  const program = new Command('http-tunnel')
    .description('Makes a local HTTP service reachable through your own cloud.')
    .version(version, '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({ writeOut: (text) => (printed += text), writeErr: () => undefined });
  httpCommand(program).action((port: number, flags: HttpFlags) => {
    command = toTunnelCommand(port, flags, environment);
  });
  addTokenCommand(program, environment, (run) => (command = { kind: 'task', run }));
  try {
    withPlainHelp(program).parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw usageError(error, program, args);
    return { kind: 'text', text: printed };
  }
  if (!command) throw new AgentOptionError('the command is missing: use http-tunnel http <port>');
  return command;
}

function httpCommand(program: Command): Command {
  const command = program
    .command('http')
    .description('Opens a tunnel to an HTTP service on this machine.')
    .argument('<port>', 'port of the local service', port)
    .option('--endpoint <url>', 'address of the agent gateway, wss://… (env: HTTP_TUNNEL_ENDPOINT)')
    .option('--token-file <file>', 'file that holds the token (or env: HTTP_TUNNEL_TOKEN)')
    .addOption(new Option('--token <token>', 'the token itself; other users of this machine can see the token').conflicts('tokenFile'))
    .option('--name <name>', 'name of the tunnel; without --name the cloud chooses a name')
    .option('--host <host>', 'host of the local service', '127.0.0.1')
    .option('--allow-remote-target', 'allow a --host that is not this machine')
    .option('--host-header <host>', "Host header for the local service: preserve (the visitor's), rewrite (the service's own), or a value")
    .option(
      '--request-timeout <seconds>',
      'how long the local service may take to answer (default: 25), or to begin a streamed answer (default: no limit of its own)',
      seconds,
    )
    .option('--connect-timeout <seconds>', 'how long connecting to the cloud may take', seconds, 10)
    .option(
      '--max-in-flight <count>',
      'most requests at the local service at once; further requests get 429 (default: 100)',
      wholeNumber(1),
    )
    .option('--json', 'print one JSON object a line')
    .addHelpText(
      'after',
      '\nRequests may have up to 6 MB (4.5 MB when they are not text), answers up to 4.5 MB; streamed answers may have\n' +
        'any size. The agent keeps other bodies above 96 KB in temporary files, which are gone when the agent ends; these bodies travel\n' +
        "through your cloud's bucket.\n" +
        '\nExit status: 0 stopped by a signal, 1 refused by the cloud, 2 wrong options, 3 another agent has taken over the tunnel.',
    );
  return addAccessOptions(command);
}

function toTunnelCommand(port: number, flags: HttpFlags, environment: Environment): AgentCommand {
  const endpoint = flags.endpoint ?? environment.HTTP_TUNNEL_ENDPOINT ?? '';
  if (endpoint === '') {
    throw new AgentOptionError('an endpoint is missing: pass --endpoint wss://… or set HTTP_TUNNEL_ENDPOINT');
  }
  const token = findToken(flags, environment);
  const access = accessFrom(flags, environment);
  const options: AgentOptions = {
    endpoint,
    // The file is read again for each connection, because tokens of an identity provider expire soon.
    token: flags.tokenFile === undefined ? token : () => findToken(flags, environment),
    ...(flags.name === undefined ? {} : { name: flags.name }),
    target: { host: flags.host, port },
    allowRemoteTarget: flags.allowRemoteTarget ?? false,
    ...(flags.hostHeader === undefined ? {} : { hostHeader: flags.hostHeader }),
    ...(flags.requestTimeout !== undefined && { requestTimeoutMs: flags.requestTimeout * 1000 }),
    connectTimeoutMs: flags.connectTimeout * 1000,
    ...(flags.maxInFlight !== undefined && { maxInFlight: flags.maxInFlight }),
    ...(Object.keys(access).length > 0 && { access }),
  };
  const warnings = warningsFor(flags, resolveOptions(options).endpoint);
  return { kind: 'tunnel', options, json: flags.json ?? false, warnings };
}

function warningsFor(flags: HttpFlags, endpoint: URL): string[] {
  const { token } = flags;
  const warnings = accessWarnings(flags);
  if (token !== undefined) {
    warnings.push('--token shows your token to everyone who can list the processes of this machine: use --token-file or HTTP_TUNNEL_TOKEN');
  }
  if (endpoint.protocol === 'ws:' && !isLoopback(unbracketed(endpoint.hostname))) {
    warnings.push(`ws://${endpoint.host} gets your token and all traffic unencrypted: use wss://`);
  }
  return warnings;
}

function usageError(error: CommanderError, program: Command, args: readonly string[]): AgentOptionError {
  const message =
    error.code === 'commander.help'
      ? 'the command is missing: use http-tunnel http <port>, or http-tunnel token create'
      : problemOf(error, program, args);
  return new AgentOptionError(`${message} (see http-tunnel ${args[0] === 'token' ? 'token create' : 'http'} --help)`);
}
