import { Command, Option } from 'commander';
import { CommandLineError, parseOptions, type Help } from '../../cli/command-line';
import { wholeNumber } from '../../cli/numbers';
import { AWS_PROFILE, NO_LATENCY, type LatencyProfile } from '../../emulator/latency/latency-profile';
import { environments } from '../../environments';
import { MAX_CHUNK_BYTES } from '../../environments/environment';
import { latencyProfile } from '../../local/latency-option';
import { seedOption, withReport } from '../shared-options';
import { FULL, QUICK, type StreamsPlan } from './plan';
import type { StreamChoices } from './world';

export interface StreamsOptions {
  /** One after the other, in one run. */
  readonly latency: readonly LatencyProfile[];
  readonly seed: number;
  readonly quick: boolean;
  readonly plan: StreamsPlan;
  /** Settings of streams that are not those of the environment `local`. */
  readonly streams: StreamChoices;
  readonly json?: string;
  readonly out: string;
  readonly report: boolean;
}

type Parsed = Omit<StreamsOptions, 'plan' | 'streams'> & StreamChoices;

/** Reads the command line of `npm run bench:streams`. @throws CommandLineError */
export function parseStreamsOptions(args: readonly string[]): StreamsOptions | Help {
  const parsed = parseOptions<Parsed>(streamsCommand(), args);
  if ('help' in parsed) return parsed;
  const { gatherMs, chunkBytes, windowBytes, ...options } = parsed;
  const standard = environments.local.streams;
  if ((chunkBytes ?? standard.chunkBytes) > (windowBytes ?? standard.windowBytes)) {
    throw new CommandLineError('--chunk-bytes must be at most --window-bytes, because otherwise no chunk fits into the window');
  }
  const streams = {
    ...(gatherMs !== undefined && { gatherMs }),
    ...(chunkBytes !== undefined && { chunkBytes }),
    ...(windowBytes !== undefined && { windowBytes }),
  };
  return { ...options, streams, plan: options.quick ? QUICK : FULL };
}

function streamsCommand(): Command {
  return withReport(
    new Command('npm run bench:streams --')
      .description(
        'Measures answers that stream: first byte, delay of each chunk, throughput, many streams at once, memory and cost, beside the limit and a plain proxy.',
      )
      .addOption(
        new Option('--latency <profiles>', 'latency of the emulated services: none, aws or files of npm run probe, separated by commas')
          .default([AWS_PROFILE, NO_LATENCY], 'aws,none')
          .argParser((text) => text.split(',').map(latencyProfile)),
      )
      .addOption(seedOption())
      .addOption(
        new Option('--gather-ms <ms>', 'for how long bytes are gathered for one chunk (default: that of local)').argParser(
          wholeNumber(0, 10_000),
        ),
      )
      .addOption(
        new Option('--chunk-bytes <n>', 'most bytes of one chunk (default: that of local)').argParser(wholeNumber(1, MAX_CHUNK_BYTES)),
      )
      .addOption(new Option('--window-bytes <n>', 'bytes that may be on their way (default: that of local)').argParser(wholeNumber(1)))
      .option('--quick', 'measure less: the run ends within some two minutes', false),
    'the report and its plots',
  )
    .addHelpText(
      'after',
      `
The exit code is 1 when a stream failed or an event was lost, doubled or out of order, and 3 when this machine is too busy for a measurement.

Examples:
  npm run bench:streams                              under AWS's latencies and without latencies, takes about twelve minutes
  npm run bench:streams -- --quick                   less of everything
  npm run bench:streams -- --latency none            only without latencies
  npm run bench:streams -- --gather-ms 50            with another setting; writes a report of its own`,
    )
    .allowExcessArguments(false);
}
