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
  if (command === 'set' && percent === undefined) return `say which share, such as: set 10 (stages are ${stages})`;
  if (command !== 'set' && percent !== undefined) return `${command} takes no share: did you mean set ${percent}?`;
  const needsReason = command === 'set' || command === 'off' || command === 'resume' || force;
  if (needsReason && !why?.trim()) return `${force ? '--force' : command} needs a reason that is recorded: add --why "…"`;
  if (force && command !== 'next' && command !== 'set') return `--force goes with next and set: ${command} is never refused`;
  if (timeFactor !== 1 && env !== 'local') return '--time-factor is for --env local, where nothing is at stake';
  return undefined;
}

const stages = STAGES.map(({ percent }) => percent).join(', ');

function rolloutCommand(): Command {
  return new Command('npm run rollout --')
    .description('How far the event-driven path is rolled out in an environment, and the next step. No deployment is needed.')
    .addArgument(new Argument('<command>', 'what to do').choices(COMMANDS))
    .addArgument(new Argument('[percent]', 'for set: share of requests that shall be event-driven').argParser(stage))
    .addOption(new Option('--env <environment>', 'which environment').choices(Object.keys(environments)).makeOptionMandatory())
    .option('--why <reason>', 'what is recorded as the reason; set, off, resume and --force need one')
    .option('--by <who>', 'what is recorded as who did it (default: whoever the AWS credentials belong to)')
    .option('--force', 'for next and set: in spite of alarms, soak time and probe; never in spite of a rollback', false)
    .addOption(new Option('--time-factor <n>', 'for --env local: divides soak times, for rehearsals').default(1).argParser(numberFrom(1)))
    .option('--json', 'one JSON object (use npm run --silent)', false)
    .helpOption('-h, --help', 'show this')
    .addHelpText(
      'after',
      `
Commands:
  status    how far it is, since when, by whom and why; what next would do
  next      the next stage of ${stages}, unless something speaks against it
  set 10    that stage: up like next, down at once
  off       everybody polls, at once
  resume    opens the way again after a rollback, at 0 %

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
