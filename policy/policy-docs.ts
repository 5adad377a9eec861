/** `npm run policy:docs`: writes the table of rules into docs/policy.md, generated from policy/rules. */
import fs from 'node:fs';
import path from 'node:path';
import { parseNothing, runProgram } from '../cli/command-line';
import { RULES } from './rules';

const FILE = path.join(__dirname, '../docs/policy.md');

/** The document with its table updated. */
export function withRules(document: string): string {
  const rows = RULES.map(({ id, publicIds = [], sentence, remedy }) => `| \`${id}\` | ${publicIds.join(' ')} | ${sentence} | ${remedy} |`);
  const table = ['| id | checkov | what must hold, and why | remedy |', '|---|---|---|---|', ...rows].join('\n');
  return document.replace(/(<!-- rules -->\n)[^]*(<!-- \/rules -->)/, (_, start: string, end: string) => `${start}${table}\n${end}`);
}

if (process.argv[1] && path.resolve(process.argv[1]) === __filename) {
  void runProgram('policy:docs', parseNothing('npm run policy:docs --', 'Writes the table of rules into docs/policy.md.'), () => {
    fs.writeFileSync(FILE, withRules(fs.readFileSync(FILE, 'utf8')));
    return 0;
  });
}
