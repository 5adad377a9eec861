import { Command, InvalidArgumentError, Option } from 'commander';
import { parseOptions, type Help } from '../../cli/command-line';
import { wholeNumber } from '../../cli/numbers';
import { withReport } from '../shared-options';

export interface LocalBenchOptions {
  /** Duration of the run with each number of visitors, in seconds. */
  readonly seconds: number;
  /** Numbers of concurrent visitors; each number has one run. */
  readonly concurrent: readonly number[];
  readonly json?: string;
  readonly out: string;
  readonly report: boolean;
}

const CONCURRENT = [1, 5, 10, 20, 50, 100];
/** With more visitors, the bench would measure the load tool itself. */
const MOST_CONCURRENT = 1000;

/** Reads the command line of `npm run bench:local`. @throws CommandLineError */
export const parseLocalBenchOptions = (args: readonly string[]): LocalBenchOptions | Help =>
  parseOptions<LocalBenchOptions>(command(), args);

function command(): Command {
  return withReport(
    new Command('npm run bench:local --')
      .description(
        "Sends concurrent visitors to the home page of npm start's tunnel, and measures throughput, CPU time and memory on this machine.",
      )
      .addOption(new Option('--seconds <n>', 'length of the run for each number of visitors').default(10).argParser(wholeNumber(1)))
      .addOption(
        new Option('--concurrent <numbers>', 'numbers of concurrent visitors, separated by commas; one run for each number, in this order')
          .default(CONCURRENT, CONCURRENT.join(','))
          .argParser(numbersOfVisitors),
      ),
    'the report and its plot',
  )
    .addHelpText(
      'after',
      `
The exit code is 1 when a request failed, and 3 when this machine is too busy for a measurement.

Examples:
  npm run bench:local                                              takes about a minute and a half
  npm run bench:local -- --concurrent 20 --seconds 3 --no-report   a short run`,
    )
    .allowExcessArguments(false);
}

function numbersOfVisitors(text: string): number[] {
  const numbers = text.split(',').map((each) => (/^\d{1,4}$/.test(each) ? Number(each) : 0));
  if (numbers.every((each) => each >= 1 && each <= MOST_CONCURRENT)) return numbers;
  throw new InvalidArgumentError(`Give whole numbers from 1 to ${MOST_CONCURRENT}, separated by commas.`);
}
