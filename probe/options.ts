import { Command, Option } from 'commander';
import { parseOptions, type Help } from '../cli/command-line';
import { secondsToMs, wholeNumber } from '../cli/numbers';
import { environments, type EnvironmentName } from '../environments';

export interface ProbeOptions {
  readonly env: EnvironmentName;
  readonly outputs?: string;
  readonly visits: number;
  /** In ms. */
  readonly interval: number;
  /** Also checks what takes more than ten minutes. */
  readonly long: boolean;
  /** The file of the latency profile. */
  readonly profile?: string;
  /** The file of the report in Markdown. */
  readonly markdown?: string;
  readonly json: boolean;
}

/** Lambda samples one request a second: with two seconds between visits, and one other request, it takes nearly all. */
const AWS_PLAN = { visits: 60, interval: 2000 };
/** Half an hour at the default interval. The token of the probe's agent expires after an hour. */
const MOST_VISITS = 1000;
/** The local cloud traces every request. */
const LOCAL_PLAN = { visits: 20, interval: 250 };

/** Reads the command line of `npm run probe`. @throws CommandLineError */
export function parseProbeOptions(args: readonly string[]): ProbeOptions | Help {
  const options = parseOptions<Omit<ProbeOptions, 'visits' | 'interval'> & Partial<typeof AWS_PLAN>>(probeCommand(), args);
  if ('help' in options) return options;
  return { ...(options.env === 'local' ? LOCAL_PLAN : AWS_PLAN), ...options };
}

function probeCommand(): Command {
  return new Command('npm run probe --')
    .description('Measures a running environment: how long each operation of AWS takes, and whether AWS behaves as this project assumes.')
    .addOption(
      new Option('--env <environment>', 'the environment; local is the local cloud of npm start')
        .choices(Object.keys(environments))
        .default('local'),
    )
    .option('--outputs <file>', 'the file that cdktf deploy --outputs-file wrote (not for local)')
    .addOption(
      new Option('--visits <n>', `visits that are measured (default: ${AWS_PLAN.visits}, local: ${LOCAL_PLAN.visits})`).argParser(
        wholeNumber(1, MOST_VISITS),
      ),
    )
    .addOption(
      new Option(
        '--interval <seconds>',
        `time between two visits (default: ${AWS_PLAN.interval / 1000}, local: ${LOCAL_PLAN.interval / 1000})`,
      ).argParser(secondsToMs),
    )
    .option('--long', 'also check how long an idle connection stays open, which takes more than ten minutes', false)
    .option('--profile <file>', 'write the measured latencies to this file, for npm run bench -- --latency FILE')
    .option('--markdown <file>', 'also write a report to this file')
    .option('--json', 'print everything as JSON in the last line', false)
    .helpOption('-h, --help', 'show this help')
    .addHelpText(
      'after',
      `
For a deployed environment the probe signs a token with the key in TF_VAR_agent_token_key, or takes the token in HTTP_TUNNEL_TOKEN,
which has to grant probe-*. It reads traces with your AWS credentials, which have to allow xray:GetTraceSummaries and
xray:BatchGetTraces. The exit code is 1 when an assumption does not hold, and 2 for wrong input.

Examples:
  npm run probe                                                        the local cloud of npm start
  npm run probe -- --env dev --outputs outputs.json --profile dev.json
  npm run bench -- --latency dev.json                                  the benchmark under these latencies`,
    )
    .allowExcessArguments(false);
}
