import { Command, InvalidArgumentError, Option } from 'commander';
import { parseOptions, type Help } from '../cli/command-line';

export interface OracleOptions {
  /** URL of an AWS-compatible endpoint, without a slash at its end. */
  readonly endpoint: string;
  /** Name of a synthesized stack: an environment, or `bootstrap-<account id>`. */
  readonly env: string;
  /** The file of the emulator's known faults. */
  readonly known?: string;
  readonly visit: boolean;
  readonly json: boolean;
  /** The file of the report in Markdown. */
  readonly markdown?: string;
}

/** Reads the command line of `npm run oracle`. @throws CommandLineError */
export const parseOracleOptions = (args: readonly string[]): OracleOptions | Help => parseOptions<OracleOptions>(oracleCommand(), args);

/** Whether a host belongs to AWS: `lambda.us-east-1.amazonaws.com`, `lambda.us-east-1.api.aws`. */
export const isAws = (hostname: string): boolean => /(^|\.)(amazonaws\.(com(\.cn)?|eu)|aws)$/i.test(hostname);

/** @throws InvalidArgumentError for text that is no URL of an emulator */
function endpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw new InvalidArgumentError('Give a URL such as http://127.0.0.1:5000.');
  if (isAws(url.hostname)) {
    throw new InvalidArgumentError(
      'This is AWS itself, and the oracle destroys what it has applied: docs/deploy.md says how to apply an environment to an account.',
    );
  }
  return text.replace(/\/+$/, '');
}

function oracleCommand(): Command {
  return new Command('npm run oracle --')
    .description(
      'Applies an environment with Terraform to an AWS-compatible endpoint, plans again, sends one visit, and destroys everything.',
    )
    .addOption(new Option('--endpoint <url>', 'the emulator of AWS; it must be running').makeOptionMandatory().argParser(endpoint))
    .option('--env <name>', 'environment, or bootstrap-<account id>', 'dev')
    .option('--known <file>', "the emulator's known faults, which do not fail the run")
    .option('--no-visit', 'send no visit')
    .option('--json', 'print the findings as JSON in the last line', false)
    .option('--markdown <file>', 'also write a report to this file')
    .helpOption('-h, --help', 'show this help')
    .addHelpText(
      'after',
      `
Needs Terraform, and the AWS provider from its registry or from the directory in HTTP_TUNNEL_TF_MIRROR. The credentials are made up,
and no setting of this machine's AWS profiles is used. The environment is synthesized without protection against deletion, so that
everything can be destroyed. A resource that the endpoint refuses does not stop the run: everything that does not refer to it is applied.
Ctrl-C destroys what was applied; a second one leaves it at the endpoint.

Exit status: 0 when every refusal and every difference is a known fault, every known fault has shown, the visit came back or
the endpoint has no address for visitors, and nothing remains after the destroy; 1 otherwise; 2 for wrong input; 130 after Ctrl-C.
docs/oracle.md says what was seen, and how to tell whose fault a difference is.

Examples:
  npm run oracle -- --endpoint http://127.0.0.1:5000
  npm run oracle -- --endpoint http://127.0.0.1:5000 --known oracle/known/moto.json
  npm run oracle -- --endpoint http://127.0.0.1:5000 --env prod --json --markdown report.md`,
    )
    .allowExcessArguments(false);
}
