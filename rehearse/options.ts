import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { numberFrom } from '../cli/numbers';
import { parseOptions, type Help } from '../cli/command-line';
import { SCENARIOS, type ScenarioName } from './scenarios';

export const REHEARSALS = ['rollback', 'rollout', 'first-hour'] as const;
export type Rehearsal = (typeof REHEARSALS)[number];

export interface RehearseOptions {
  readonly rehearsal: Rehearsal;
  readonly scenarios: readonly ScenarioName[];
  readonly timeFactor: number;
  /** Arrivals a second. */
  readonly rate: number;
  readonly seed: number;
  readonly json: boolean;
}

/** Largest factor. With a larger one, a period would be shorter than the second before a safety read, which no factor divides. */
const MAX_FACTOR = 20;
const DEFAULT_FACTOR = 10;

/** Reads the command line of `npm run rehearse`. @throws CommandLineError */
export function parseRehearseOptions(args: readonly string[]): RehearseOptions | Help {
  const command = rehearseCommand();
  const options = parseOptions<Omit<RehearseOptions, 'rehearsal' | 'scenarios'> & { scenario: ScenarioName[] }>(command, args);
  if ('help' in options) return options;
  const { scenario, ...rest } = options;
  return {
    ...rest,
    rehearsal: command.args[0] as Rehearsal,
    scenarios: scenario.length > 0 ? scenario : SCENARIOS.map(({ name }) => name),
  };
}

function rehearseCommand(): Command {
  return new Command('npm run rehearse --')
    .description(
      'Rehearses on the local cloud under load: the roll-back by alarms, the rollout by stages, or the first hour of a new environment.',
    )
    .addArgument(new Argument('<what>', 'what to rehearse').choices([...REHEARSALS]))
    .addOption(
      new Option('--scenario <name>', 'scenario of rollback (repeatable)')
        .default([] as ScenarioName[], 'all')
        .argParser((text: string, others: ScenarioName[]) => [...others, scenarioName(text)]),
    )
    .addOption(
      new Option('--time-factor <n>', 'divides alarm periods, soak times and cache times, but not clocks or deadlines; 1 is real time')
        .default(DEFAULT_FACTOR)
        .argParser(numberFrom(1, MAX_FACTOR)),
    )
    .addOption(new Option('--rate <n>', 'visitors a second').default(6).argParser(numberFrom(1, 1000)))
    .addOption(new Option('--seed <n>', 'seed for arrivals and faults').default(1).argParser(numberFrom(0, 1e9)))
    .option('--json', 'print the outcomes as JSON in the last line', false)
    .addHelpText(
      'after',
      `
Scenarios:
${SCENARIOS.map(({ name, story }) => `  ${name.padEnd(22)}${story}`).join('\n')}

The exit code is 1 when a target was missed, and 3 when this machine is too busy for a verdict.

Examples:
  npm run rehearse -- rollback                                   every scenario, within eight minutes
  npm run rehearse -- rollback --scenario wake-posts-fail        one of them
  npm run rehearse -- rollback --scenario mend --time-factor 1   in real time
  npm run rehearse -- rollout                                    0, 10, 25, 50, 100 %
  npm run rehearse -- first-hour                                 a new environment, whose stream is read late; six minutes`,
    )
    .allowExcessArguments(false);
}

function scenarioName(text: string): ScenarioName {
  const found = SCENARIOS.find(({ name }) => name === text);
  if (found) return found.name;
  throw new InvalidArgumentError(`There is no scenario "${text}": choose one of ${SCENARIOS.map(({ name }) => name).join(', ')}.`);
}
