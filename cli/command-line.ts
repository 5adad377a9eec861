import { Command, CommanderError } from 'commander';
import { withPlainHelp } from './plain-help';
import { ToldError } from './told-error';

/** A wrong command line, or wrong input that the command line names; `message` is one line that names the input and the remedy. */
export class CommandLineError extends ToldError {
  override readonly name = 'CommandLineError';
  override readonly exitCode = 2;
}

/** Ends a program with `status`, which means neither success nor failure; `message` is a whole line and is printed as it is. */
export class ExitError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** What `--help` prints. */
export interface Help {
  readonly help: string;
}

/**
 * Parses without printing or exiting.
 * @param command without actions; its name is how people call it, such as `npm run bench --`. Its `args` can be read afterwards
 * @returns its options, or the text to print for `--help`
 * @throws CommandLineError
 */
export function parseOptions<T extends object>(command: Command, args: readonly string[]): T | Help {
  let help = '';
  withPlainHelp(command)
    .configureOutput({ writeOut: (text) => (help += text), writeErr: () => undefined })
    .exitOverride();
  try {
    command.parse([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (help) return { help };
    throw new CommandLineError(`${problemOf(error, command, args)}; see ${command.name()} --help`);
  }
  return command.opts<T>();
}

/** Commander's message in one line. A mistyped option is named first: it may be the one that commander misses. */
export function problemOf({ code, message }: Pick<CommanderError, 'code' | 'message'>, command: Command, args: readonly string[]): string {
  const subcommand = command.commands.find((each) => each.name() === args[0]);
  if (subcommand) return problemOf({ code, message }, subcommand, args.slice(1));
  if (code === 'commander.missingMandatoryOptionValue') {
    const mistyped = command.parseOptions([...args]).unknown.find((arg) => arg.startsWith('-'));
    if (mistyped !== undefined) return `unknown option '${mistyped}'`;
  }
  return message
    .replace(/^error: /, '')
    .replace(/^required option '(.+)' not specified$/, 'the option $1 is missing')
    .replace(/\.$/, '')
    .replaceAll('\n', ' ');
}

/** The parser of a program that takes no options: `--help` prints its purpose, and anything else is refused. */
export const parseNothing =
  (name: string, description: string) =>
  (args: readonly string[]): object | Help =>
    parseOptions(new Command(name).description(description), args);

/**
 * The AWS SDK warns, in five lines, that its releases after January 2027 need a newer Node. The version of the SDK is pinned, and it runs on
 * the Node versions that `package.json` names, so whoever runs a program cannot and need not do anything.
 */
const HIDE_SDK_WARNING = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';

/**
 * Runs a program: prints help, prints an error in one line, and sets the exit code. The exit code is that of a `ToldError` (2 for
 * wrong input), the status of an `ExitError`, 1 for any other failure, otherwise the result of `run`.
 * @param name is printed before each error
 */
export async function runProgram<T extends object>(
  name: string,
  parse: (args: readonly string[]) => T | Help,
  run: (options: T) => number | Promise<number>,
): Promise<void> {
  process.env[HIDE_SDK_WARNING] ??= 'true';
  const end = (line: string, code: number): void => {
    process.stderr.write(`${line}\n`);
    process.exitCode = code;
  };
  const fail = (message: string, code: number): void => end(`${name}: ${message}`, code);
  try {
    const options = parse(process.argv.slice(2));
    if ('help' in options) process.stdout.write(options.help);
    else process.exitCode = await run(options);
  } catch (error) {
    const { message, stack } = error as Error;
    if (error instanceof ToldError) return fail(message, error.exitCode);
    if (error instanceof ExitError) return end(message, error.status);
    fail(process.env['HTTP_TUNNEL_DEBUG'] ? (stack ?? message) : `${message} (set HTTP_TUNNEL_DEBUG=1 to see the stack trace)`, 1);
  }
}
