import { Command, InvalidArgumentError, Option } from 'commander';
import { positive, wholeNumber } from '../cli/numbers';
import { LATENCY_PROFILES, type LatencyProfileName } from '../emulator/latency/latency-profile';
import { parseOptions, type Help } from '../cli/command-line';
import { CONTENDERS, type ContenderName } from './contenders';
import type { LoadPlan } from './load';

export interface BenchOptions extends LoadPlan {
  readonly latency: LatencyProfileName;
  /** Size of each answer's body, in bytes. */
  readonly bytes: number;
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

/** Reads the command line of `npm run bench`. @throws CommandLineError */
export function parseBenchOptions(args: readonly string[]): BenchOptions | Help {
  const options = parseOptions<Omit<BenchOptions, 'requests' | 'json'> & { requests?: number; json?: string }>(benchCommand(), args);
  if ('help' in options) return options;
  return { ...options, json: options.json, requests: options.requests ?? (options.quick ? QUICK_REQUESTS : FULL_REQUESTS) };
}

function benchCommand(): Command {
  return new Command('npm run bench --')
    .description('Measures what every way back costs, in time and money: all contenders and their limit, in one run on the local cloud.')
    .addOption(
      new Option('--latency <profile>', 'how slow the services are; none shows the overhead of our own code')
        .choices([...LATENCY_PROFILES])
        .default('aws'),
    )
    .addOption(new Option('--seed <n>', 'of arrivals, agent times and latencies').default(1).argParser(wholeNumber(0)))
    .addOption(
      new Option('--requests <n>', `measured requests of each contender (default: ${FULL_REQUESTS}, quick: ${QUICK_REQUESTS})`).argParser(
        wholeNumber(1),
      ),
    )
    .addOption(
      new Option('--block <n>', 'requests of a contender before the next one takes its turn').default(60).argParser(wholeNumber(1)),
    )
    .addOption(new Option('--rate <n>', 'arrivals a second').default(8).argParser(positive))
    .addOption(new Option('--agent-median <ms>', "median of the agent's time").default(250).argParser(positive))
    .addOption(new Option('--agent-sigma <n>', 'its spread: sigma of the log-normal').default(0.6).argParser(positive))
    .addOption(new Option('--bytes <n>', "size of each answer's body").default(3072).argParser(wholeNumber(64)))
    .addOption(
      new Option('--contenders <names>', `some of ${CONTENDERS.join(', ')}, by commas`).default(CONTENDERS, 'all').argParser(contenders),
    )
    .addOption(
      new Option('--training <rounds>', 'of quick requests before anything is measured, in which the engine compiles')
        .default(20)
        .argParser(wholeNumber(0)),
    )
    .option('--quick', 'fewer requests: ends within three minutes', false)
    .option('--json <file>', 'also write every figure there')
    .option('--out <directory>', 'where the report and its plots go', 'docs/benchmarks')
    .option('--no-report', 'only the table')
    .helpOption('-h, --help', 'show this')
    .addHelpText(
      'after',
      `
The exit code is 3 when this machine is too busy for figures.

Examples:
  npm run bench                      under AWS's latencies, about a quarter of an hour
  npm run bench -- --quick           the same with fewer requests, within three
  npm run bench -- --latency none    the overhead of our own code`,
    )
    .allowExcessArguments(false);
}

export function contenders(text: string): ContenderName[] {
  const names = text.split(',');
  const unknown = names.find((name) => !(CONTENDERS as readonly string[]).includes(name));
  if (unknown !== undefined) throw new InvalidArgumentError(`There is no contender "${unknown}": take some of ${CONTENDERS.join(', ')}.`);
  return names as ContenderName[];
}
