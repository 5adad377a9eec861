import { Command, InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from '../cli/numbers';
import { AWS_PROFILE, type LatencyProfile } from '../emulator/latency/latency-profile';
import { latencyOption } from '../local/latency-option';
import { parseOptions, type Help } from '../cli/command-line';
import { CONTENDERS, VISIT_FUNCTIONS, type ContenderName } from './contenders';
import type { LoadPlan } from './load';
import { seedOption, withLoad, withReport } from './shared-options';

export interface BenchOptions extends LoadPlan {
  readonly latency: LatencyProfile;
  /** Size of each answer's body, in bytes. */
  readonly bytes: number;
  /** Memory of the functions that a visit runs, in MB; undefined for that of the environment `local`. */
  readonly memory: number | undefined;
  readonly contenders: readonly ContenderName[];
  /** Rounds of quick requests before anything is measured. */
  readonly training: number;
  readonly quick: boolean;
  readonly json: string | undefined;
  /** Directory for the report. */
  readonly out: string;
  readonly report: boolean;
}

const FULL_REQUESTS = 900;
const QUICK_REQUESTS = 120;

type OptionalOption = 'requests' | 'json' | 'memory';

/** Reads the command line of `npm run bench`. @throws CommandLineError */
export function parseBenchOptions(args: readonly string[]): BenchOptions | Help {
  const options = parseOptions<Omit<BenchOptions, OptionalOption> & { [Name in OptionalOption]?: BenchOptions[Name] }>(
    benchCommand(),
    args,
  );
  if ('help' in options) return options;
  return {
    ...options,
    json: options.json,
    memory: options.memory,
    requests: options.requests ?? (options.quick ? QUICK_REQUESTS : FULL_REQUESTS),
  };
}

function benchCommand(): Command {
  return withReport(
    withLoad(
      new Command('npm run bench --')
        .description(
          'Measures the time and the cost of each way to return an answer: all contenders and their limit, in one run on the local cloud.',
        )
        .addOption(latencyOption('latency of the emulated services, and CPU share of the functions', AWS_PROFILE))
        .addOption(seedOption())
        .addOption(
          new Option(
            '--requests <n>',
            `requests that are measured for each contender (default: ${FULL_REQUESTS}, quick: ${QUICK_REQUESTS})`,
          ).argParser(wholeNumber(1)),
        )
        .addOption(
          new Option('--block <n>', 'requests of one contender before the turn of the next contender')
            .default(60)
            .argParser(wholeNumber(1)),
        ),
    )
      .addOption(
        new Option('--memory <MB>', `memory of ${VISIT_FUNCTIONS.join(' and ')} (default: that of the environment local)`).argParser(
          wholeNumber(128, 10_240),
        ),
      )
      .addOption(
        new Option('--contenders <names>', `some of ${CONTENDERS.join(', ')}, separated by commas`)
          .default(CONTENDERS, 'all')
          .argParser(contenders),
      )
      .addOption(
        new Option(
          '--training <rounds>',
          'rounds of quick requests before the measurement, in which the JavaScript engine compiles the code',
        )
          .default(20)
          .argParser(wholeNumber(0)),
      )
      .option('--quick', 'send fewer requests: the run ends within three minutes', false),
    'the report and its plots',
    'table',
  )
    .addHelpText(
      'after',
      `
Under the profile aws a function has the share of a core that its memory buys, as on AWS: 1,769 MB buy one core. Under a profile in a file
it has that share if the file says "cpuShare": true. The exit code is 3 when this machine is too busy for a measurement.

Examples:
  npm run bench                      under AWS's latencies, takes about a quarter of an hour
  npm run bench -- --quick           the same with fewer requests, within three minutes
  npm run bench -- --memory 512      with other memory, and so with another share of a core; writes a report of its own
  npm run bench -- --latency none    the overhead of this project's code
  npm run bench -- --latency dev.json    under the latencies that npm run probe has measured`,
    )
    .allowExcessArguments(false);
}

export function contenders(text: string): ContenderName[] {
  const names = text.split(',');
  const unknown = names.find((name) => !(CONTENDERS as readonly string[]).includes(name));
  if (unknown !== undefined) throw new InvalidArgumentError(`There is no contender "${unknown}": choose from ${CONTENDERS.join(', ')}.`);
  return names as ContenderName[];
}
