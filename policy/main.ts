/**
 * `npm run policy -- <plan.json | cdk.tf.json | folder>…`: runs the rules. Exit status 0 when all rules hold, 1 for a violation or
 * an unused suppression (with --strict also for an undecided rule), 2 with one line of explanation for wrong input.
 */
import { Command } from 'commander';
import path from 'node:path';
import { CommandLineError, parseOptions, runProgram, type Help } from '../cli/command-line';
import { checkPolicy } from './check-policy';
import { isEnvironment } from './expectations';
import { policyText } from './policy-text';
import { readTerraform } from './terraform/read-terraform';
import type { PolicyReport } from './verdict';

const STACKS = path.join(__dirname, '../cdktf.out/stacks');

interface Flags {
  readonly inputs: readonly string[];
  readonly json?: boolean;
  readonly strict?: boolean;
  readonly environment?: string;
}

function run(flags: Flags): number {
  const { environment, inputs } = flags;
  if (environment !== undefined && !isEnvironment(environment)) {
    throw new CommandLineError(`--environment ${environment} is unknown: give an environment that environments/index.ts lists`);
  }
  const models = (inputs.length > 0 ? inputs : [path.relative('', STACKS)]).flatMap(readTerraform);
  const reports = models.map((model) => checkPolicy(model, { today: new Date(), ...(environment !== undefined && { environment }) }));
  process.stdout.write(`${flags.json ? JSON.stringify(reports, null, 2) : reports.map(policyText).join('\n\n')}\n`);
  return reports.some((report) => fails(report, flags)) ? 1 : 0;
}

function fails({ verdicts, unusedSuppressions }: PolicyReport, { strict = false }: Flags): boolean {
  const failing = strict ? ['violated', 'undecided'] : ['violated'];
  return unusedSuppressions.length > 0 || verdicts.some(({ outcome }) => failing.includes(outcome));
}

function parse(args: readonly string[]): Flags | Help {
  const command = new Command('npm run policy --')
    .description('Checks Terraform plans (terraform show -json) and synthesized stacks against the rules of policy/rules.')
    .argument('[inputs...]', 'plans, stacks or folders of stacks (default: the stacks that npm run synth wrote)')
    .option('--json', 'print the verdicts as JSON')
    .option('--strict', 'also fail if the plan leaves a rule undecided')
    .option('--environment <name>', "apply the requirements of this environment (default: the provider's tag environment)");
  const flags = parseOptions<Omit<Flags, 'inputs'>>(command, args);
  return 'help' in flags ? flags : { ...flags, inputs: command.args };
}

void runProgram('policy', parse, run);
