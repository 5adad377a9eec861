/** `npm run bench`: measures what each way of returning an answer costs, in time and money. */
import path from 'node:path';
import { runProgram } from '../cli/command-line';
import { bench, type BenchResult } from './bench';
import { whileFit } from './fitness/while-fit';
import { parseBenchOptions, type BenchOptions } from './options';
import { progressOn } from './progress';
import { requestsOf } from './runner';
import { jsonReport } from './report/json-report';
import { markdownReport } from './report/markdown-report';
import { costPlot, returnTimePlot } from './report/plots';
import { detailTables, mainTable, verdictTable, type Table } from './report/tables';
import { textTable } from '../cli/text-table';
import { writeReport } from '../cli/write-report';
import { planPromises, targets } from './verdicts';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Resolves with exit code 0 after the measurement, whatever the figures are. */
async function main(options: BenchOptions): Promise<number> {
  const progress = progressOn(process.stderr);
  const result = await whileFit((signal) => bench(options, progress, signal), {
    requests: ({ contenders, limit }) => requestsOf([...contenders, limit]),
  });
  for (const { title, header, rows, note } of tablesOf(result)) {
    print(`\n${title}\n\n${textTable(header, rows)}${note === undefined ? '' : `\n\n${note}`}`);
  }
  print('');
  if (options.json !== undefined) await writeReport(options.json, `${JSON.stringify(jsonReport(result), undefined, 2)}\n`);
  if (options.report) await report(result);
  return 0;
}

function tablesOf(result: BenchResult): Table[] {
  const verdicts = result.options.latency.figures
    ? [verdictTable('Targets of mode direct', targets(result)), verdictTable("The first plan's promises", planPromises(result))]
    : [];
  return [mainTable(result), ...detailTables(result), ...verdicts.filter(({ rows }) => rows.length > 0)];
}

async function report(result: BenchResult): Promise<void> {
  const { out, latency, memory, quick } = result.options;
  const name = [latency.name, ...(memory === undefined ? [] : [`${memory}mb`]), ...(quick ? ['quick'] : [])].join('-');
  const plots = { returnTime: `${name}-return-time.svg`, cost: `${name}-cost.svg` };
  await writeReport(path.join(out, plots.returnTime), returnTimePlot(result));
  await writeReport(path.join(out, plots.cost), costPlot(result));
  await writeReport(path.join(out, `${name}.md`), markdownReport(result, plots));
}

void runProgram('bench', parseBenchOptions, main);
