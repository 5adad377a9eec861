import { Option, type Command } from 'commander';
import { positive, wholeNumber } from '../cli/numbers';

/** `--seed`, for the benchmarks with arrivals, agent times and latencies. */
export const seedOption = (): Option =>
  new Option('--seed <n>', 'seed for arrivals, agent times and latencies').default(1).argParser(wholeNumber(0));

/** The options of a load of requests with answers of one size. */
export const withLoad = (command: Command): Command =>
  command
    .addOption(new Option('--rate <n>', 'arrivals a second').default(8).argParser(positive))
    .addOption(new Option('--agent-median <ms>', "median of the agent's time").default(250).argParser(positive))
    .addOption(
      new Option('--agent-sigma <n>', "spread of the agent's time: sigma of the log-normal distribution").default(0.6).argParser(positive),
    )
    .addOption(new Option('--bytes <n>', "size of each answer's body").default(3072).argParser(wholeNumber(64)));

/** The options of a report. @param kept what is written into its directory @param printed what is printed in any case */
export const withReport = (command: Command, kept: string, printed = 'tables'): Command =>
  command
    .option('--json <file>', 'also write every figure to this file')
    .option('--out <directory>', `directory of ${kept}`, 'docs/benchmarks')
    .option('--no-report', `print only the ${printed}, write no report`);
