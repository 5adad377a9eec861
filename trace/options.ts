import { Command, Option } from 'commander';
import { wholeNumber } from '../cli/numbers';
import { environments } from '../environments';
import { CommandLineError, parseOptions, type Help } from '../cli/command-line';

export interface TraceOptions {
  readonly requestId: string;
  readonly env: string;
  /** How far back to look, in hours. */
  readonly hours: number;
  readonly json: boolean;
}

/** X-Ray keeps a trace for 30 days (https://docs.aws.amazon.com/general/latest/gr/xray.html). */
const MAX_HOURS = 30 * 24;

/** Reads the command line of `npm run trace`. @throws CommandLineError */
export function parseTraceOptions(args: readonly string[]): TraceOptions | Help {
  const command = traceCommand();
  const options = parseOptions<Omit<TraceOptions, 'requestId'>>(command, args);
  if ('help' in options) return options;
  const [requestId, another] = command.args;
  if (requestId === undefined) throw new CommandLineError('a request id is missing: npm run trace -- REQUEST_ID');
  if (another !== undefined) throw new CommandLineError(`give only one request id, not also "${another}"`);
  if (!/^[A-Za-z0-9-]{8,100}$/.test(requestId)) {
    throw new CommandLineError(
      `"${requestId}" is not a request id: take the id from the answer's header x-tunnel-request-id, such as 0b2c7a52-3f0e-4d0c-9a53-7a0e0f3f1a11`,
    );
  }
  return { ...options, requestId };
}

function traceCommand(): Command {
  return new Command('npm run trace --')
    .description('Shows what all functions did for one request, from traces and logs.')
    .usage('[options] <request-id>')
    .argument('[request-id]', "the request's id: in the answer's header x-tunnel-request-id, and on each error page")
    .allowExcessArguments()
    .addOption(new Option('--env <environment>', 'environment of the request').choices(Object.keys(environments)).default('local'))
    .addOption(
      new Option('--hours <hours>', 'how far back to look, up to 720; not for local').default(6).argParser(wholeNumber(1, MAX_HOURS)),
    )
    .option('--json', 'print one JSON object', false);
}
