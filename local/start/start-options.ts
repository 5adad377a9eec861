import { Command, InvalidArgumentError, Option } from 'commander';
import { port, portOrAny, wholeNumber } from '../../cli/numbers';
import { accessFrom, accessWarnings, addAccessOptions, checkAccess, type AccessFlags, type AccessOptions } from '../../agent';
import { CommandLineError, parseOptions, type Help } from '../../cli/command-line';
import { FaultPlanError, type FaultPlan } from '../../emulator/faults/fault-plan';
import { readFaultPlan } from '../../emulator/faults/read-fault-plan';
import { NO_LATENCY, type LatencyProfile } from '../../emulator/latency/latency-profile';
import { latencyOption } from '../latency-option';

export const MODES = ['polling', 'bus', 'direct'] as const;
export type StartMode = (typeof MODES)[number];

/** A listener on its own port that sends every Host to one tunnel. */
export interface Pin {
  readonly name: string;
  readonly port: number;
}

export interface StartOptions {
  /** Port of the user's own local service; without one the built-in demo service is started. */
  readonly port: number | undefined;
  readonly host: string;
  readonly name: string;
  readonly httpPort: number;
  /** Undefined means any free port. */
  readonly streamPort: number | undefined;
  readonly mode: StartMode;
  /** Share of requests that is event-driven until `npm run rollout -- --env local` changes it, 0 to 100. */
  readonly percent: number;
  readonly latency: LatencyProfile;
  /** The faults to cause on purpose. */
  readonly faults: FaultPlan | undefined;
  /** Most execution environments that start at once; by default one for each core of the machine. */
  readonly concurrentStarts: number | undefined;
  readonly pins: readonly Pin[];
  /** Who may visit; everybody if the options are empty. */
  readonly access: AccessOptions;
  readonly json: boolean;
  readonly agent: boolean;
  /** Builds functions and stack even if they are kept from an earlier start. */
  readonly rebuild: boolean;
  readonly verbose: boolean;
  readonly console: boolean;
  /** Undefined means the default port, or any free port if the default is taken. */
  readonly consolePort: number | undefined;
  /** Warnings about the command line itself. */
  readonly warnings: readonly string[];
}

type Parsed = Omit<StartOptions, 'port' | 'streamPort' | 'consolePort' | 'faults' | 'concurrentStarts' | 'pins' | 'access' | 'warnings'> &
  AccessFlags & {
    readonly port?: number;
    readonly streamPort?: number;
    readonly consolePort?: number;
    readonly faults?: FaultPlan;
    readonly concurrentStarts?: number;
    readonly pin: readonly Pin[];
  };

/**
 * Reads the command line of `npm start`, and from the environment the secrets that visitors have to show.
 * @throws CommandLineError, AgentOptionError or FaultPlanError
 */
export function parseStartOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = process.env,
): StartOptions | Help {
  const command = startCommand();
  const options = parseOptions<Parsed>(command, args);
  if ('help' in options) return options;
  const [stray] = command.args;
  if (stray !== undefined) throw new CommandLineError(strayArgument(stray));
  if (options.mode === 'polling' && command.getOptionValueSource('percent') !== 'default') {
    throw new CommandLineError('--percent needs --mode bus or direct: in mode polling every request polls');
  }
  const { pin, agent } = options;
  const access = checkAccess(accessFrom(options, agent ? environment : {}));
  if (!agent && Object.keys(access).length > 0) {
    throw new CommandLineError('options about visitors need an agent, and --no-agent starts no agent: pass these options to npm run agent');
  }
  const { port, streamPort, consolePort, faults, concurrentStarts } = options;
  return { ...options, port, streamPort, consolePort, faults, concurrentStarts, pins: pin, access, warnings: accessWarnings(options) };
}

function startCommand(): Command {
  const command = new Command('npm start --')
    .description('Runs the whole tunnel on this machine: the local cloud, an agent, and a demo service or your own.')
    .usage('[options]')
    .argument('[stray...]')
    .addOption(new Option('--port <port>', 'port of your local service (default: a built-in demo service)').argParser(port))
    .option('--host <host>', 'host of your local service', '127.0.0.1')
    .option('--name <name>', "the tunnel's name", 'demo')
    .addOption(new Option('--http-port <port>', 'port that visitors use').default(8080).argParser(portOrAny))
    .addOption(new Option('--stream-port <port>', 'port for answers that stream (default: any free one)').argParser(portOrAny))
    .addOption(new Option('--mode <mode>', 'how the waiting function learns of its answer').choices([...MODES]).default('direct'))
    .addOption(
      new Option('--percent <percent>', 'percentage of requests that are event-driven; the others poll')
        .default(100)
        .argParser(wholeNumber(0, 100)),
    )
    .addOption(latencyOption('latency of the emulated services, and CPU share of the functions', NO_LATENCY))
    .addOption(
      new Option('--faults <file>', 'a fault plan: faults that the local cloud injects (docs/fault-plans.md)').argParser(faultPlan),
    )
    .addOption(
      new Option('--pin <name=port>', 'a port that belongs to that tunnel alone, with any Host header (repeatable)')
        .default([] as Pin[], 'none')
        .argParser((text: string, pins: Pin[]) => [...pins, parsePin(text)]),
    )
    .addOption(
      new Option(
        '--concurrent-starts <count>',
        'most execution environments that start at the same time (default: one for each core)',
      ).argParser(wholeNumber(1, 9999)),
    )
    .option('--json', 'print only JSON, one object a line (use npm --silent start)', false)
    .option('--no-agent', "start only the cloud, and print the agent gateway's URL and a token for agents")
    .addOption(new Option('--console-port <port>', 'port of the console page (default: 8081, or any free one)').argParser(portOrAny))
    .option('--no-console', 'do not serve the console page')
    .option('--rebuild', 'build the functions and the stack even if nothing has changed', false)
    .option('--verbose', 'print every line that the functions log, not only problems', false);
  return addAccessOptions(command).addHelpText(
    'after',
    `
Examples:
  npm start                              the demo service at http://127.0.0.1:8080/demo/
  npm start -- --port 3000               your own service on port 3000
  npm start -- --pin demo=9000           http://127.0.0.1:9000 is the tunnel, without a path prefix
  npm start -- --percent 25              a quarter of the requests event-driven, the others polling
  npm start -- --no-agent                then: npm run agent -- http 3000`,
  );
}

/**
 * npm takes options before `--` for itself and passes on only their values. The message suggests the option that the user probably meant.
 */
function strayArgument(text: string): string {
  const option = /^\d+$/.test(text)
    ? `--port ${text}`
    : (MODES as readonly string[]).includes(text)
      ? `--mode ${text}`
      : text.includes('=')
        ? `--pin ${text}`
        : `--name ${text}`;
  return `"${text}" is not an option: options come after "--", so write npm start -- ${option}`;
}

function faultPlan(file: string): FaultPlan {
  const plan = readFaultPlan(file);
  const switched = plan.faults.find((fault) => fault.switched);
  if (!switched) return plan;
  throw new FaultPlanError(
    `${file}: fault "${switched.name}" is switched by a program, and npm start has no such program: use fromMs and untilMs instead`,
  );
}

function parsePin(text: string): Pin {
  const [, name, digits] = /^([^=]+)=(\d+)$/.exec(text) ?? [];
  if (name === undefined || digits === undefined) throw new InvalidArgumentError('Write NAME=PORT, such as demo=9000.');
  return { name, port: portOrAny(digits) };
}
