import { Command, Option } from 'commander';
import { LATENCY_PROFILES, type LatencyProfileName } from '../../emulator/latency/latency-profile';
import { parseOptions, type Help } from '../../cli/command-line';
import type { ContenderName } from '../contenders';
import { positive, wholeNumber } from '../../cli/numbers';
import { contenders } from '../options';

export interface BodiesOptions {
  readonly latency: LatencyProfileName;
  readonly seed: number;
  /** Measured requests of each contender in each case. */
  readonly requests: number;
  readonly rate: number;
  readonly contenders: readonly ContenderName[];
  readonly json?: string;
  readonly out: string;
  readonly report: boolean;
}

const CONTENDERS: readonly ContenderName[] = ['polling', 'bus', 'direct'];

/** Reads the command line of `npm run bench:bodies`. @throws CommandLineError */
export const parseBodiesOptions = (args: readonly string[]): BodiesOptions | Help => parseOptions<BodiesOptions>(bodiesCommand(), args);

function bodiesCommand(): Command {
  return new Command('npm run bench:bodies --')
    .description('Measures what bodies of 1 KB, 30 KB, 300 KB and 4 MB take, both ways and in every mode, in time and money.')
    .addOption(new Option('--latency <profile>', 'how slow the services are').choices([...LATENCY_PROFILES]).default('aws'))
    .addOption(new Option('--seed <n>', 'of arrivals, agent times and latencies').default(1).argParser(wholeNumber(0)))
    .addOption(new Option('--requests <n>', 'measured requests of each contender in each case').default(40).argParser(wholeNumber(1)))
    .addOption(new Option('--rate <n>', 'arrivals a second at most; large bodies come more slowly').default(8).argParser(positive))
    .addOption(new Option('--contenders <names>', 'which modes, by commas').default(CONTENDERS, CONTENDERS.join(',')).argParser(contenders))
    .option('--json <file>', 'also write every figure there')
    .option('--out <directory>', 'where the report goes', 'docs/benchmarks')
    .option('--no-report', 'only the table')
    .helpOption('-h, --help', 'show this')
    .addHelpText(
      'after',
      `
The exit code is 1 when a request failed, and 3 when this machine is too busy for figures.

Examples:
  npm run bench:bodies                                       under AWS's latencies, about six minutes
  npm run bench:bodies -- --requests 10 --no-report          a glance
  npm run bench:bodies -- --json figures.json                every figure, too`,
    )
    .allowExcessArguments(false);
}
