import { Command, Option } from 'commander';
import { parseOptions, type Help } from '../cli/command-line';
import { numberFrom, wholeNumber } from '../cli/numbers';

export interface ChaosOptions {
  readonly requests: number;
  readonly seed: number;
  /** Arrivals a second. */
  readonly rate: number;
  /** A plan to replay, instead of the one that the seed makes. */
  readonly plan?: string;
  readonly printPlan: boolean;
  /** Most reruns of a plan that has failed, to shorten it. */
  readonly reruns: number;
  readonly json: boolean;
  /** The file of the report in Markdown. */
  readonly markdown?: string;
}

/** Reads the command line of `npm run chaos`. @throws CommandLineError */
export const parseChaosOptions = (args: readonly string[]): ChaosOptions | Help => parseOptions<ChaosOptions>(chaosCommand(), args);

function chaosCommand(): Command {
  return new Command('npm run chaos --')
    .description('Runs the local cloud under load while everything fails that can fail, and checks afterwards that every promise was kept.')
    .addOption(new Option('--requests <n>', "visitors' requests, in all modes together").default(1000).argParser(wholeNumber(1, 1_000_000)))
    .addOption(new Option('--seed <n>', 'seed for visitors, faults and everything else').default(1).argParser(wholeNumber(0)))
    .addOption(
      new Option('--rate <n>', 'visitors a second; fewer come while the cores of this machine are busy')
        .default(30)
        .argParser(numberFrom(0.1, 1000)),
    )
    .addOption(new Option('--plan <file>', 'replay this plan').conflicts(['requests', 'seed']))
    .option('--print-plan', 'print the plan as JSON, and run nothing', false)
    .addOption(
      new Option('--reruns <n>', 'how often, at most, the plan of a failed run is run again to shorten it')
        .default(6)
        .argParser(wholeNumber(0, 1000)),
    )
    .option('--json', 'print the figures as JSON in the last line', false)
    .option('--markdown <file>', 'also write a report to this file')
    .addHelpText(
      'after',
      `
The requests are divided among the modes direct, bus and polling, one local cloud after the other. The same seed makes the same
plan. The exit code is 1 when a promise was broken: a visitor got neither its own answer nor a documented error in time (lost), a
request or an answer had bytes of another one (crossed), a local service got a request more than once (twice), or something stayed
behind (leftover). The shortest plan that still fails is then printed. The exit code is 3 when this machine was too busy for a
verdict: visits were lost, and no other promise was broken.

Examples:
  npm run chaos                                                 1,000 requests
  npm run chaos -- --requests 100000 --seed 7 --json            the whole test
  npm run chaos -- --requests 1000 --print-plan                 what would happen
  npm run chaos -- --plan plan.json                             replays a plan`,
    )
    .allowExcessArguments(false);
}
