import { CommanderError, type Command } from 'commander';
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
  command.configureOutput({ writeOut: (text) => (help += text), writeErr: () => undefined }).exitOverride();
  try {
    command.parse([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (help) return { help };
    const [what = ''] = error.message.replace(/^error: /, '').split('\n');
    throw new CommandLineError(`${what.replace(/\.$/, '')}; see ${command.name()} --help`);
  }
  return command.opts<T>();
}

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
