/** `npm run bench:streams`: measures what answers that stream take through the streaming door, in time, memory and money. */
import path from 'node:path';
import { runProgram } from '../../cli/command-line';
import { textTable } from '../../cli/text-table';
import { writeReport } from '../../cli/write-report';
import { whileFit } from '../fitness/while-fit';
import { progressOn } from '../progress';
import { parseStreamsOptions, type StreamsOptions } from './options';
import { delayPlot, streamCostPlot } from './plots';
import { reportName, streamsJson, streamsReport, streamsTables } from './report';
import { benchStreams, requestsOf } from './streams-bench';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Resolves with the exit code: 0 when every stream came whole and in order, otherwise 1. */
async function main(options: StreamsOptions): Promise<number> {
  const progress = progressOn(process.stderr);
  const result = await whileFit((signal) => benchStreams(options, progress, signal), { requests: requestsOf });
  for (const { title, header, rows, note } of streamsTables(result)) {
    print(`\n${title}\n\n${textTable(header, rows)}${note === undefined ? '' : `\n\n${note}`}`);
  }
  print('');
  if (options.json !== undefined) await writeReport(options.json, `${JSON.stringify(streamsJson(result), undefined, 2)}\n`);
  if (options.report) {
    const name = reportName(options);
    const plots = { delay: `${name}-delay.svg`, cost: `${name}-cost.svg` };
    await writeReport(path.join(options.out, plots.delay), delayPlot(result));
    await writeReport(path.join(options.out, plots.cost), streamCostPlot(result));
    await writeReport(path.join(options.out, `${name}.md`), streamsReport(result, plots));
  }
  return requestsOf(result).errors > 0 ? 1 : 0;
}

void runProgram('bench:streams', parseStreamsOptions, main);
