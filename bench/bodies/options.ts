import { Command, Option } from 'commander';
import { AWS_PROFILE, type LatencyProfile } from '../../emulator/latency/latency-profile';
import { latencyOption } from '../../local/latency-option';
import { parseOptions, type Help } from '../../cli/command-line';
import type { ContenderName } from '../contenders';
import { positive, wholeNumber } from '../../cli/numbers';
import { contenders } from '../options';
import { seedOption, withReport } from '../shared-options';

export interface BodiesOptions {
  readonly latency: LatencyProfile;
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
  return withReport(
    new Command('npm run bench:bodies --')
      .description('Measures the time and the cost of bodies of 1 KB, 30 KB, 300 KB and 4 MB, in both directions and in every mode.')
      .addOption(latencyOption('latency of the emulated services, and CPU share of the functions', AWS_PROFILE))
      .addOption(seedOption())
      .addOption(
        new Option('--requests <n>', 'requests that are measured for each contender in each case').default(40).argParser(wholeNumber(1)),
      )
      .addOption(
        new Option('--rate <n>', 'most arrivals a second; requests with large bodies come at a lower rate').default(8).argParser(positive),
      )
      .addOption(
        new Option('--contenders <names>', 'modes to measure, separated by commas')
          .default(CONTENDERS, CONTENDERS.join(','))
          .argParser(contenders),
      ),
    'the report',
  )
    .addHelpText(
      'after',
      `
The exit code is 1 when a request failed, and 3 when this machine is too busy for a measurement.

Examples:
  npm run bench:bodies                                       under AWS's latencies, takes about six minutes
  npm run bench:bodies -- --requests 10 --no-report          a short run
  npm run bench:bodies -- --json figures.json                also writes every figure to a file`,
    )
    .allowExcessArguments(false);
}
