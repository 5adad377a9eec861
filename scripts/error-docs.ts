/** `npm run errors:docs`: writes the table of errors into docs/errors.md, from the table that the functions use. */
import fs from 'node:fs';
import path from 'node:path';
import { parseNothing, runProgram } from '../cli/command-line';
import { TUNNEL_ERRORS, type ErrorEntry } from '../functions/core/tunnel-error';

const FILE = path.join(__dirname, '../docs/errors.md');

/** The document with its table updated. */
export function withErrors(document: string): string {
  const rows = Object.entries<ErrorEntry>(TUNNEL_ERRORS).map(
    ([code, { status, cause, title, remedy, owner, retryable }]) =>
      `| ${status} | \`${code}\` | ${title} | ${remedy} | ${owner} | ${retryable ? 'yes' : 'no'} | ${cause} |`,
  );
  const table = [
    '| Status | Code | What happened | The visitor | The owner of the tunnel | Send again | Cause |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
  return document.replace(/(<!-- errors -->\n)[^]*(<!-- \/errors -->)/, (_, start: string, end: string) => `${start}${table}\n${end}`);
}

if (process.argv[1] && path.resolve(process.argv[1]) === __filename) {
  void runProgram('errors:docs', parseNothing('npm run errors:docs --', 'Writes the table of errors into docs/errors.md.'), () => {
    fs.writeFileSync(FILE, withErrors(fs.readFileSync(FILE, 'utf8')));
    return 0;
  });
}
