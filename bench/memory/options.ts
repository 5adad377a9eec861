import { Command, Option } from 'commander';
import { parseOptions, type Help } from '../../cli/command-line';
import { positive, wholeNumber } from '../../cli/numbers';
import { AWS_PROFILE, type LatencyProfile } from '../../emulator/latency/latency-profile';
import { latencyOption } from '../../local/latency-option';
import type { LoadPlan } from '../load';

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
  return new Command('npm run bench:memory --')
    .description(
      'Measures the time and the cost of a visit in mode direct with more and less memory of forward-request and receive-message, one at a time.',
    )
    .addOption(latencyOption('latency of the emulated services; a function has the share of a core that its memory buys', AWS_PROFILE))
    .addOption(new Option('--seed <n>', 'seed for arrivals, agent times and latencies').default(1).argParser(wholeNumber(0)))
    .addOption(new Option('--requests <n>', 'requests that are measured for each size').default(300).argParser(wholeNumber(1)))
    .addOption(new Option('--block <n>', 'requests of one size before the turn of the next size').default(60).argParser(wholeNumber(1)))
    .addOption(new Option('--rate <n>', 'arrivals a second').default(8).argParser(positive))
    .addOption(new Option('--agent-median <ms>', "median of the agent's time").default(250).argParser(positive))
    .addOption(
      new Option('--agent-sigma <n>', "spread of the agent's time: sigma of the log-normal distribution").default(0.6).argParser(positive),
    )
    .addOption(new Option('--bytes <n>', "size of each answer's body").default(3072).argParser(wholeNumber(64)))
    .addOption(new Option('--other <MB>', 'memory of the function that does not vary').default(512).argParser(wholeNumber(128, 10_240)))
    .addOption(new Option('--training <rounds>', 'rounds of quick requests before the measurement').default(20).argParser(wholeNumber(0)))
    .option('--json <file>', 'also write every figure to this file')
    .option('--out <directory>', 'directory of the report and its plot', 'docs/benchmarks')
    .option('--no-report', 'print only the tables, write no report')
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
