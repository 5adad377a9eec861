/** `npm run bench`: what every way back costs, in time and money. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bench, type BenchResult } from './bench';
import { BenchOptionError, parseBenchOptions, type BenchOptions } from './options';
import { progressOn } from './progress';
import { jsonReport } from './report/json-report';
import { markdownReport } from './report/markdown-report';
import { costPlot, returnTimePlot } from './report/plots';
import { detailTables, mainTable, verdictTable, type Table } from './report/tables';
import { textTable } from './report/text-table';
import { planPromises, targets } from './verdicts';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Resolves with the exit code: 0 when it measured, whatever it found; 1 when it could not; 2 for a wrong command line. */
async function main(): Promise<number> {
  let options: BenchOptions;
  try {
    const parsed = parseBenchOptions(process.argv.slice(2));
    if ('help' in parsed) {
      process.stdout.write(parsed.help);
      return 0;
    }
    options = parsed;
  } catch (error) {
    if (!(error instanceof BenchOptionError)) throw error;
    process.stderr.write(`bench: ${error.message}\n`);
    return 2;
  }
  const result = await bench(options, progressOn(process.stderr));
  for (const table of tablesOf(result)) print(`\n${table.title}\n\n${textTable(table.header, table.rows)}`);
  print('');
  if (options.json !== undefined) await write(options.json, `${JSON.stringify(jsonReport(result), undefined, 2)}\n`);
  if (options.report) await writeReport(result);
  return 0;
}

function tablesOf(result: BenchResult): Table[] {
  const verdicts =
    result.options.latency === 'aws'
      ? [verdictTable('What mode direct has to reach', targets(result)), verdictTable("The plan's own promises", planPromises(result))]
      : [];
  return [mainTable(result), ...detailTables(result), ...verdicts.filter(({ rows }) => rows.length > 0)];
}

async function writeReport(result: BenchResult): Promise<void> {
  const { out, latency, quick } = result.options;
  const name = quick ? `${latency}-quick` : latency;
  const plots = { returnTime: `${name}-return-time.svg`, cost: `${name}-cost.svg` };
  await write(path.join(out, plots.returnTime), returnTimePlot(result));
  await write(path.join(out, plots.cost), costPlot(result));
  await write(path.join(out, `${name}.md`), markdownReport(result, plots));
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(path.resolve(file)), { recursive: true });
  await writeFile(file, text);
  print(`written: ${file}`);
}

void main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`bench: ${process.env['HTTP_TUNNEL_DEBUG'] ? error.stack : `${error.message} (HTTP_TUNNEL_DEBUG=1 shows where)`}\n`);
    process.exitCode = 1;
  },
);
