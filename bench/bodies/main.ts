/** `npm run bench:bodies`: measures what bodies of different sizes take through the tunnel, in time and money. */
import path from 'node:path';
import { runProgram } from '../../cli/command-line';
import { whileFit } from '../fitness/while-fit';
import { progressOn } from '../progress';
import { requestsOf } from '../runner';
import { textTable } from '../../cli/text-table';
import { writeReport } from '../../cli/write-report';
import { benchBodies } from './bodies-bench';
import { parseBodiesOptions, type BodiesOptions } from './options';
import { bodiesJson, bodiesReport, bodiesTables } from './report';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Resolves with the exit code: 0 when every request was answered, otherwise 1. */
async function main(options: BodiesOptions): Promise<number> {
  const progress = progressOn(process.stderr);
  const result = await whileFit((signal) => benchBodies(options, progress, signal), {
    requests: ({ cases }) => requestsOf(cases.flatMap(({ contenders }) => contenders)),
  });
  for (const { title, header, rows } of bodiesTables(result)) print(`\n${title}\n\n${textTable(header, rows)}`);
  if (options.json !== undefined) await writeReport(options.json, `${JSON.stringify(bodiesJson(result), undefined, 2)}\n`);
  if (options.report) await writeReport(path.join(options.out, 'bodies.md'), bodiesReport(result));
  const failed = result.cases.some(({ contenders }) => contenders.some(({ errors, lost }) => errors + lost > 0));
  return failed ? 1 : 0;
}

void runProgram('bench:bodies', parseBodiesOptions, main);
