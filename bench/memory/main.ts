/** `npm run bench:memory`: measures what memory buys a visit, in time, and what it costs. */
import path from 'node:path';
import { runProgram } from '../../cli/command-line';
import { textTable } from '../../cli/text-table';
import { writeReport } from '../../cli/write-report';
import { whileFit } from '../fitness/while-fit';
import { progressOn } from '../progress';
import { requestsOf } from '../runner';
import { benchMemory } from './memory-bench';
import { parseMemoryOptions, type MemoryOptions } from './options';
import { memoryJson, memoryPlot, memoryReport, memoryTables } from './report';

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const PLOT = 'memory.svg';

/** Resolves with the exit code: 0 when every request was answered, otherwise 1. */
async function main(options: MemoryOptions): Promise<number> {
  const progress = progressOn(process.stderr);
  const result = await whileFit((signal) => benchMemory(options, progress, signal), {
    requests: ({ sizes }) => requestsOf(sizes.map(({ measurement }) => measurement)),
  });
  for (const { title, header, rows } of memoryTables(result)) print(`\n${title}\n\n${textTable(header, rows)}`);
  print('');
  if (options.json !== undefined) await writeReport(options.json, `${JSON.stringify(memoryJson(result), undefined, 2)}\n`);
  if (options.report) {
    await writeReport(path.join(options.out, PLOT), memoryPlot(result));
    await writeReport(path.join(options.out, 'memory.md'), memoryReport(result, PLOT));
  }
  return result.sizes.some(({ measurement: { errors, lost } }) => errors + lost > 0) ? 1 : 0;
}

void runProgram('bench:memory', parseMemoryOptions, main);
