import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseOptions, type Help } from '../../cli/command-line';
import { wholeNumber } from '../../cli/numbers';

export interface AgainstOptions {
  /** Directory of the other version. */
  readonly other: string;
  /** Visits of each version in each round. */
  readonly visits: number;
  readonly rounds: number;
  /** How long visits are made before the measurement, in seconds. */
  readonly warmUp: number;
  readonly json?: string;
}

/** Reads the command line of `npm run bench:against`. @throws CommandLineError */
export function parseAgainstOptions(args: readonly string[]): AgainstOptions | Help {
  const command = againstCommand();
  const options = parseOptions<Omit<AgainstOptions, 'other'>>(command, args);
  return 'help' in options ? options : { ...options, other: command.processedArgs[0] as string };
}

function againstCommand(): Command {
  return new Command('npm run bench:against --')
    .description(
      'Compares this version with another one on this machine, without latencies: CPU time and duration of a visit through npm start, one ' +
        'visit at a time, and the CPU time that loads the functions. Needs Linux.',
    )
    .addArgument(new Argument('<directory>', 'the other version, with its packages installed').argParser(directory))
    .addOption(new Option('--visits <n>', 'visits of each version in each round').default(300).argParser(wholeNumber(1)))
    .addOption(new Option('--rounds <n>', 'rounds; the versions take turns in each').default(5).argParser(wholeNumber(1)))
    .addOption(
      new Option('--warm-up <seconds>', 'how long visits are made before the measurement: sweep makes the keys of tickets within a minute')
        .default(75)
        .argParser(wholeNumber(0)),
    )
    .option('--json <file>', 'also write every figure to this file')
    .addHelpText(
      'after',
      `
The exit code is 3 when this machine is too busy for a measurement.

Examples:
  git worktree add ../before ae8ca91 && (cd ../before && npm ci)
  npm run bench:against -- ../before                 takes about four minutes`,
    )
    .allowExcessArguments(false);
}

function directory(text: string): string {
  const resolved = path.resolve(text);
  if (!existsSync(path.join(resolved, 'package.json'))) throw new InvalidArgumentError(`There is no package.json in ${resolved}.`);
  if (!existsSync(path.join(resolved, 'node_modules')))
    throw new InvalidArgumentError(`There are no packages in ${resolved}: run npm ci there first.`);
  return resolved;
}
