/** Checks every workflow of .github/workflows with the parser of GitHub's own editor extension: schema, contexts and expressions. */
import { NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { Command } from 'commander';
import fs from 'node:fs';
import path from 'node:path';
import { parseOptions, runProgram, type Help } from '../cli/command-line';

interface Options {
  readonly folder: string;
}

function parse(args: readonly string[]): Options | Help {
  const command = new Command('npm run workflows:check --')
    .description('Checks workflows of GitHub with the parser of its own editor extension, and prints one line for each problem.')
    .argument('[folder]', 'folder of the workflows (default: .github/workflows)');
  const help = parseOptions(command, args);
  return 'help' in help ? help : { folder: command.args[0] ?? path.join(import.meta.dirname, '../.github/workflows') };
}

function check({ folder }: Options): number {
  const files = fs.readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  const problems = files.flatMap((name) => {
    const content = fs.readFileSync(path.join(folder, name), 'utf8');
    const { context } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
    return context.errors.getErrors().map(({ message }) => message);
  });
  for (const problem of problems) process.stderr.write(`workflows: ${problem}\n`);
  if (problems.length > 0) return 1;
  process.stdout.write(`workflows: ${files.length} are well-formed: ${files.join(', ')}\n`);
  return 0;
}

void runProgram('workflows', parse, check);
