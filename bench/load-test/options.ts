import { Command, InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from '../../cli/numbers';
import { AWS_PROFILE, type LatencyProfile } from '../../emulator/latency/latency-profile';
import { latencyOption } from '../../local/latency-option';
import { parseOptions, type Help } from '../../cli/command-line';

export interface LoadOptions {
  /** Number of requests to hold in flight. */
  readonly vus: number;
  /** Duration of the measured part, in ms. */
  readonly duration: number;
  /** Time in which the rate grows and the environments start, in ms. */
  readonly ramp: number;
  /** Time that the agent's local service takes for each request, in ms. */
  readonly agentMs: number;
  readonly latency: LatencyProfile;
  readonly seed: number;
  readonly json: string | undefined;
}

/**
 * Time of the ramp for each request in flight, in ms. Starting an environment takes two cores most of a second. A faster ramp
 * starves running environments: agents then send unacknowledged messages again, and even more environments start.
 */
const START_MS = 1000;

/** Reads the command line of `npm run load`. @throws CommandLineError */
export function parseLoadOptions(args: readonly string[]): LoadOptions | Help {
  const options = parseOptions<Omit<LoadOptions, 'ramp' | 'json'> & { ramp?: number; json?: string }>(loadCommand(), args);
  if ('help' in options) return options;
  return { ...options, json: options.json, ramp: options.ramp ?? options.vus * START_MS };
}

function loadCommand(): Command {
  return new Command('npm run load --')
    .description("Holds a number of requests in flight in mode direct on the local cloud, and checks the plan's criteria.")
    .addOption(new Option('--vus <n>', 'requests in flight').default(100).argParser(wholeNumber(1)))
    .addOption(
      new Option('--duration <time>', 'how long the requests are held in flight, such as 90s or 5m').default(300_000, '5m').argParser(time),
    )
    .addOption(
      new Option(
        '--ramp <time>',
        'time to reach that number (default: one second for each request: two cores start one environment a second)',
      ).argParser(time),
    )
    .addOption(new Option('--agent-ms <ms>', "response time of the agent's local service").default(8000).argParser(wholeNumber(1)))
    .addOption(latencyOption('latency of the emulated services, and CPU share of the functions', AWS_PROFILE))
    .addOption(new Option('--seed <n>', 'seed for latencies').default(1).argParser(wholeNumber(1)))
    .option('--json <file>', 'also write every figure to this file')
    .addHelpText(
      'after',
      `
Requests arrive evenly, at the rate that keeps that number in flight, whether earlier requests have been answered or not.
The exit code is 1 when a request failed, was lost, or left a row behind; slow times alone are no failure. The exit code is 3
when this machine is too busy for a measurement.

Examples:
  npm run load                                 100 in flight for five minutes
  npm run load -- --vus 20 --duration 20s      a short run`,
    )
    .allowExcessArguments(false);
}

/** `90s` or `5m`, in ms. */
function time(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(s|m)$/.exec(text) ?? [];
  if (number !== undefined && Number(number) > 0) return Number(number) * (unit === 'm' ? 60_000 : 1000);
  throw new InvalidArgumentError('Give a time such as 90s or 5m.');
}
