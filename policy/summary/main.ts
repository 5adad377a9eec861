/**
 * `npm run plan:summary -- <plan.json>…`: prints plans of `terraform show -json` as one comment in Markdown. Exit status 2 with one
 * line of explanation for wrong input.
 */
import { Command } from 'commander';
import path from 'node:path';
import { parseOptions, runProgram, type Help } from '../../cli/command-line';
import { wholeNumber } from '../../cli/numbers';
import { readPlanJson } from '../terraform/read-terraform';
import { summarizePlan, type PlanSummary } from './summarize-plan';
import { MARKER, summaryMarkdown } from './summary-markdown';

interface Flags {
  readonly files: readonly string[];
  readonly json?: boolean;
  readonly maxLength?: number;
}

function run({ files, json, maxLength }: Flags): number {
  const summaries = files.map((file) => summarizePlan(path.parse(file).name, readPlanJson(file)));
  process.stdout.write(`${json ? JSON.stringify(summaries, null, 2) : comment(summaries, maxLength)}\n`);
  return 0;
}

/** The longest text that fits. If necessary, the last plans are shortened, and then the text is cut. */
function comment(summaries: readonly PlanSummary[], maxLength = Infinity): string {
  let text = '';
  for (let full = summaries.length; full >= 0; full--) {
    const parts = summaries.map((summary, index) => summaryMarkdown(summary, { short: index >= full }));
    text = [MARKER, ...parts].join('\n\n');
    if (text.length <= maxLength) return text;
  }
  const note = '\n\n_The rest is cut, because the comment would be too long. The summary of the workflow run has the whole text._';
  return `${text.slice(0, maxLength - note.length)}${note}`;
}

function parse(args: readonly string[]): Flags | Help {
  const command = new Command('npm run plan:summary --')
    .description('Summarizes Terraform plans for the people who have to approve them.')
    .argument('<plans...>', 'files made by terraform show -json <plan>')
    .option('--json', 'print the summaries as JSON')
    .option('--max-length <characters>', 'longest text; leaves out details if necessary (GitHub accepts 65536)', wholeNumber(1000));
  const flags = parseOptions<Omit<Flags, 'files'>>(command, args);
  return 'help' in flags ? flags : { ...flags, files: command.args };
}

void runProgram('plan:summary', parse, run);
