import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Outcomes } from './run-suite';

/** Names of the tests that pass without the tunnel, and do not pass through it. */
export const differencesOf = (direct: Outcomes, through: Outcomes): string[] =>
  [...direct].filter(([name, { state }]) => state === 'passed' && through.get(name)?.state !== 'passed').map(([name]) => name);

const TABLE = path.join(__dirname, '../../../docs/http-suites.md');
/** | suite | `file: title` | [cause](#cause) | */
const ROW = /^\| (?<suite>[\w.-]+) \| `(?<name>[^`]+)` \| \[[^\]]+\]\(#[\w-]+\) \|$/;

/** Names of the tests of a suite that have a row in docs/http-suites.md. */
export const explainedOf = (suite: string): string[] =>
  readFileSync(TABLE, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const row = ROW.exec(line)?.groups;
      return row?.['suite'] === suite && row['name'] !== undefined ? [row['name'].replaceAll('\\|', '|')] : [];
    });
