/**
 * Checks every workflow of .github/workflows with the parser of GitHub's own editor extension: schema, contexts and expressions.
 * Prints one line for each problem, and exits with status 1 if there is one.
 */
import { NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import fs from 'node:fs';
import path from 'node:path';

const folder = process.argv[2] ?? path.join(import.meta.dirname, '../.github/workflows');
const files = fs.readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));

const problems = files.flatMap((name) => {
  const content = fs.readFileSync(path.join(folder, name), 'utf8');
  const { context } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  return context.errors.getErrors().map(({ message }) => message);
});
for (const problem of problems) process.stderr.write(`workflows: ${problem}\n`);
if (problems.length > 0) process.exitCode = 1;
else process.stdout.write(`workflows: ${files.length} are well-formed: ${files.join(', ')}\n`);
