/** `npm run policy:docs`: writes the table of rules into docs/policy.md, generated from policy/rules. */
import fs from 'node:fs';
import path from 'node:path';
import { RULES } from './rules';

const FILE = path.join(__dirname, '../docs/policy.md');

/** The document with its table updated. */
export function withRules(document: string): string {
  const rows = RULES.map(({ id, publicIds = [], sentence, remedy }) => `| \`${id}\` | ${publicIds.join(' ')} | ${sentence} | ${remedy} |`);
  const table = ['| id | checkov | what must hold, and why | remedy |', '|---|---|---|---|', ...rows].join('\n');
  return document.replace(/(<!-- rules -->\n)[^]*(<!-- \/rules -->)/, (_, start: string, end: string) => `${start}${table}\n${end}`);
}

if (process.argv[1] && path.resolve(process.argv[1]) === __filename) fs.writeFileSync(FILE, withRules(fs.readFileSync(FILE, 'utf8')));
