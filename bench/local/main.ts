/** `npm run bench:local`: measures the load that `npm start` carries on this machine. */
import path from 'node:path';
import { onStopSignal } from '../../agent';
import { runProgram } from '../../cli/command-line';
import { whileFit } from '../fitness/while-fit';
import { progressOn } from '../progress';
import { textTable } from '../../cli/text-table';
import { writeReport } from '../../cli/write-report';
import { localBench } from './local-bench';
import { parseLocalBenchOptions, type LocalBenchOptions } from './options';
import { localPlot } from './plot';
import { failed, localJson, localNotes, localReport, localTables } from './report';

const PLOT = 'local.svg';
/** Exit status that a shell expects of a program stopped by Ctrl-C. */
const STOPPED = 130;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Resolves with the exit code: 0 when every request was answered, 1 when a request was not, 130 when the bench was stopped. */
async function main(options: LocalBenchOptions): Promise<number> {
  const progress = progressOn(process.stderr);
  const stopped = new AbortController();
  onStopSignal(() => stopped.abort());
  const run = (unfit: AbortSignal): ReturnType<typeof localBench> =>
    localBench(options, progress, AbortSignal.any([unfit, stopped.signal]));
  try {
    const result = await whileFit(run, {
      // The bench loads this machine as much as possible.
      saturating: true,
      requests: ({ runs }) => ({
        requests: runs.reduce((sum, { requests }) => sum + requests, 0),
        errors: runs.reduce((sum, each) => sum + failed(each), 0),
      }),
    });
    for (const { title, header, rows } of localTables(result)) print(`\n${title}\n\n${textTable(header, rows)}`);
    print(`\n${localNotes(result).join('\n')}`);
    if (options.json !== undefined) await writeReport(options.json, `${JSON.stringify(localJson(result), undefined, 2)}\n`);
    if (options.report) {
      await writeReport(path.join(options.out, PLOT), localPlot(result));
      await writeReport(path.join(options.out, 'local.md'), localReport(result, PLOT));
    }
    return result.runs.every((each) => failed(each) === 0) ? 0 : 1;
  } catch (error) {
    if (stopped.signal.aborted) return STOPPED;
    throw error;
  }
}

void runProgram('bench:local', parseLocalBenchOptions, main);
