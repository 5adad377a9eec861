import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { numberFrom } from '../cli/numbers';
import { environments, type EnvironmentName } from '../environments';
import { CommandLineError, parseOptions, type Help } from '../cli/command-line';
import { isStage, STAGES } from './stages';

const COMMANDS = ['status', 'next', 'set', 'off', 'resume'] as const;
type CommandName = (typeof COMMANDS)[number];

interface Common {
  readonly env: EnvironmentName;
  readonly json: boolean;
  /** The name to record; if undefined, the owner of the credentials is recorded. */
  readonly by: string | undefined;
  readonly timeFactor: number;
}

export type RolloutOptions = Common &
  (
    | { readonly command: 'status' }
    | { readonly command: 'next'; readonly why: string; readonly force: boolean }
    | { readonly command: 'set'; readonly percent: number; readonly why: string; readonly force: boolean }
    | { readonly command: 'off' | 'resume'; readonly why: string }
  );

type Parsed = Omit<Common, 'by'> & { readonly by?: string; readonly why?: string; readonly force: boolean };

/** Reads the command line of `npm run rollout`. @throws CommandLineError */
export function parseRolloutOptions(args: readonly string[]): RolloutOptions | Help {
  const program = rolloutCommand();
  const options = parseOptions<Parsed>(program, args);
  if ('help' in options) return options;
  const [command, percent] = program.processedArgs as [CommandName, number | undefined];
  const { env, json, by, why, force, timeFactor } = options;
  const wrong = problem(command, percent, options);
  if (wrong !== undefined) throw new CommandLineError(wrong);
  const common: Common = { env, json, by, timeFactor };
  if (command === 'status') return { command, ...common };
  if (command === 'next') return { command, ...common, why: why ?? 'the next stage', force };
  if (command === 'set') return { command, ...common, percent: percent ?? 0, why: why ?? '', force };
  return { command, ...common, why: why ?? '' };
}

function problem(command: CommandName, percent: number | undefined, { env, why, force, timeFactor }: Parsed): string | undefined {
  if (command === 'set' && percent === undefined) return `set needs a share, for example: set 10 (stages are ${stages})`;
  if (command !== 'set' && percent !== undefined) return `${command} takes no share: did you mean set ${percent}?`;
  const needsReason = command === 'set' || command === 'off' || command === 'resume' || force;
  if (needsReason && !why?.trim()) return `${force ? '--force' : command} needs a reason that is recorded: add --why "…"`;
  if (force && command !== 'next' && command !== 'set')
    return `--force works only with next and set: leave it out, because ${command} is never refused`;
  if (timeFactor !== 1 && env !== 'local')
    return '--time-factor works only with --env local: leave it out, because other environments need their soak times';
  return undefined;
}

const stages = STAGES.map(({ percent }) => percent).join(', ');

function rolloutCommand(): Command {
  return new Command('npm run rollout --')
    .description('Shows and changes how far the event-driven path is rolled out in an environment. No deployment is needed.')
    .addArgument(new Argument('<command>', 'what to do').choices(COMMANDS))
    .addArgument(new Argument('[percent]', 'for set: the share of requests that become event-driven').argParser(stage))
    .addOption(new Option('--env <environment>', 'which environment').choices(Object.keys(environments)).makeOptionMandatory())
    .option('--why <reason>', 'the reason to record; set, off, resume and --force need a reason')
    .option('--by <who>', 'the name to record (default: the owner of the AWS credentials)')
    .option('--force', 'for next and set: ignores alarms, soak time and probe, but never a rollback', false)
    .addOption(new Option('--time-factor <n>', 'for --env local: divides soak times, for rehearsals').default(1).argParser(numberFrom(1)))
    .option('--json', 'print one JSON object (use npm run --silent)', false)
    .addHelpText(
      'after',
      `
Commands:
  status    shows the share, since when, by whom and why, and what next would do
  next      goes to the next stage of ${stages}, unless there is an obstacle
  set 10    goes to 10 %: to a higher stage by the rules of next, to a lower stage at once
  off       makes all requests poll, at once
  resume    opens the rollout again after a rollback, at 0 %

Exit codes: 0 done, 1 refused or failed, 2 a wrong command line.

Examples:
  npm run rollout -- --env prod status
  npm run rollout -- --env prod next
  npm run rollout -- --env prod off --why "visitors report slow answers"`,
    );
}

function stage(text: string): number {
  const percent = /^\d{1,3}$/.test(text) ? Number(text) : -1;
  if (!isStage(percent)) throw new InvalidArgumentError(`Stages are ${stages}.`);
  return percent;
}
