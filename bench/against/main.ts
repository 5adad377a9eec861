/** `npm run bench:against`: compares this version with another one, one visit at a time. */
import { runProgram } from '../../cli/command-line';
import { textTable } from '../../cli/text-table';
import { writeReport } from '../../cli/write-report';
import { whileFit } from '../fitness/while-fit';
import { progressOn } from '../progress';
import { benchAgainst } from './against-bench';
import { parseAgainstOptions, type AgainstOptions } from './options';
import { againstJson, againstTable } from './report';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Resolves with the exit code: 0 when every visit was answered, otherwise 1. */
async function main(options: AgainstOptions): Promise<number> {
  const progress = progressOn(process.stderr);
  const result = await whileFit((signal) => benchAgainst(options, progress, signal), {
    requests: ({ now, before }) => ({ requests: now.visits + before.visits, errors: now.failures + before.failures }),
    saturating: true,
  });
  const { title, header, rows } = againstTable(result);
  print(`\n${title}\n\n${textTable(header, rows)}\n`);
  if (options.json !== undefined) await writeReport(options.json, `${JSON.stringify(againstJson(result), undefined, 2)}\n`);
  return result.now.failures + result.before.failures > 0 ? 1 : 0;
}

void runProgram('bench:against', parseAgainstOptions, main);
