/** `npm run load`: holds many requests in flight and checks the plan's criteria for load. */
import { writeFile } from 'node:fs/promises';
import { runProgram } from '../../cli/command-line';
import { whileFit } from '../fitness/while-fit';
import { progressOn } from '../progress';
import { verdictTable, type Table } from '../report/tables';
import { textTable } from '../../cli/text-table';
import { requestsOf } from '../runner';
import { criteria } from './criteria';
import { loadTest, type LoadResult } from './load-test';
import { parseLoadOptions, type LoadOptions } from './options';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Resolves with the exit code: 1 when a request failed, was lost or left something behind. */
async function main(options: LoadOptions): Promise<number> {
  const progress = progressOn(process.stderr);
  const result = await whileFit((signal) => loadTest(options, progress, signal), {
    requests: ({ measurement }) => requestsOf([measurement]),
  });
  const { correctness, speed } = criteria(result);
  for (const { title, header, rows } of [figures(result), verdictTable("The plan's criteria", [...speed, ...correctness])]) {
    print(`\n${title}\n\n${textTable(header, rows)}`);
  }
  print('');
  if (options.json !== undefined) {
    await writeFile(options.json, `${JSON.stringify(jsonOf(result), undefined, 2)}\n`);
    print(`written: ${options.json}`);
  }
  return correctness.every(({ holds }) => holds) ? 0 : 1;
}

function figures(result: LoadResult): Table {
  const { measurement, options, rate, memoryMb, environments, lateness } = result;
  const { mean, p50, p90, p99, max } = measurement.withoutAgent.summary();
  const ms = (value: number): string => `${value.toFixed(0)} ms`;
  return {
    title: `${rate.toFixed(1)} arrivals a second for ${options.duration / 1000} s, an agent that takes ${options.agentMs} ms, latencies ${options.latency.name}`,
    header: ['', ''],
    rows: [
      ['requests, and requests with a cold start', `${measurement.requests}, ${measurement.cold}`],
      ["response without the agent's time: mean", ms(mean)],
      ['  p50', ms(p50)],
      ['  p90', ms(p90)],
      ['  p99', ms(p99)],
      ['  max', ms(max)],
      ['return time p50', ms(measurement.returned.percentile(50))],
      ['return time p99', ms(measurement.returned.percentile(99))],
      ['requests not answered by the direct wake', String(measurement.fallbacks)],
      ['delay of sending, p99', ms(lateness.percentile(99))],
      ['execution environments', String(environments)],
      ['memory of the environments', `${memoryMb.environments.toFixed(0)} MB`],
      ['memory of cloud, agent and visitors', `${memoryMb.cloud.toFixed(0)} MB`],
    ],
  };
}

function jsonOf(result: LoadResult): object {
  const { measurement, options, lateness, ...rest } = result;
  const { requests, cold, errors, lost, late, leftovers, fallbacks } = measurement;
  return {
    ...options,
    ...rest,
    latenessMs: lateness.summary(),
    withoutAgentMs: measurement.withoutAgent.summary(),
    responseMs: measurement.response.summary(),
    returnMs: measurement.returned.summary(),
    requests,
    cold,
    errors,
    lost,
    late,
    leftovers,
    fallbacks,
    criteria: criteria(result),
  };
}

void runProgram('load', parseLoadOptions, main);
