import { Command, Option } from 'commander';
import { parseOptions, type Help } from '../../cli/command-line';
import { wholeNumber } from '../../cli/numbers';
import { AWS_PROFILE, type LatencyProfile } from '../../emulator/latency/latency-profile';
import { latencyOption } from '../../local/latency-option';
import type { LoadPlan } from '../load';
import { seedOption, withLoad, withReport } from '../shared-options';

export interface MemoryOptions extends LoadPlan {
  readonly latency: LatencyProfile;
  readonly bytes: number;
  /** Memory of the function that does not vary, in MB. */
  readonly other: number;
  readonly training: number;
  readonly json?: string;
  readonly out: string;
  readonly report: boolean;
}

/** Reads the command line of `npm run bench:memory`. @throws CommandLineError */
export const parseMemoryOptions = (args: readonly string[]): MemoryOptions | Help => parseOptions<MemoryOptions>(memoryCommand(), args);

function memoryCommand(): Command {
  return withReport(
    withLoad(
      new Command('npm run bench:memory --')
        .description(
          'Measures the time and the cost of a visit in mode direct with more and less memory of forward-request and receive-message, one at a time.',
        )
        .addOption(latencyOption('latency of the emulated services; a function has the share of a core that its memory buys', AWS_PROFILE))
        .addOption(seedOption())
        .addOption(new Option('--requests <n>', 'requests that are measured for each size').default(300).argParser(wholeNumber(1)))
        .addOption(
          new Option('--block <n>', 'requests of one size before the turn of the next size').default(60).argParser(wholeNumber(1)),
        ),
    )
      .addOption(new Option('--other <MB>', 'memory of the function that does not vary').default(512).argParser(wholeNumber(128, 10_240)))
      .addOption(
        new Option('--training <rounds>', 'rounds of quick requests before the measurement').default(20).argParser(wholeNumber(0)),
      ),
    'the report and its plot',
  )
    .addHelpText(
      'after',
      `
The exit code is 1 when a request failed, and 3 when this machine is too busy for a measurement.

Examples:
  npm run bench:memory                                     under AWS's latencies, takes about a quarter of an hour
  npm run bench:memory -- --requests 60 --no-report        a short run
  npm run bench:memory -- --latency dev.json               under the latencies that npm run probe has measured`,
    )
    .allowExcessArguments(false);
}
