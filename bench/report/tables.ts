import { shareOf } from '../../emulator/lambda/cpu-budget';
import type { BenchResult } from '../bench';
import { COST_COMPONENTS, costOf, monthlyCost, totalOf } from '../cost';
import type { TimeSummary } from '../histogram';
import type { Overhead } from '../overhead';
import { RETURN_STEPS, returnPaths } from '../return-path';
import type { Measurement } from '../runner';
import { meanOf, pendingReadsPerRequest, usdPerMillion, type ClaimVerdict } from '../verdicts';

export interface Table {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Explains the columns. */
  readonly note?: string;
}

const ms = (value: number): string => value.toFixed(value < 10 ? 1 : 0);
const percentiles = ({ p50, p90, p99, p999, max }: TimeSummary): string[] => [p50, p90, p99, p999, max].map(ms);

/** The main table, which a reader looks at first. */
export function mainTable({ contenders, limit }: BenchResult): Table {
  return {
    title: "Return time: from the agent's last frame entering the gateway to forward-request returning, in ms",
    header: ['', 'p50', 'p90', 'p99', 'p99.9', 'max', 'billed', 'reads', 'fell back', '$/M', 'requests', 'errors', 'lost', 'late', 'left'],
    rows: [...contenders, limit].map((each) => [
      each.name,
      ...percentiles(each.returned.summary()),
      ms(meanOf(each, 'billed')),
      pendingReadsPerRequest(each).toFixed(2),
      `${((each.fallbacks / Math.max(1, each.requests)) * 100).toFixed(1)} %`,
      usdPerMillion(each).toFixed(2),
      ...[each.requests, each.errors, each.lost, each.late, each.leftovers].map(String),
    ]),
  };
}

export function detailTables(result: BenchResult): Table[] {
  const all = [...result.contenders, result.limit];
  const names = all.map(({ name }) => name);
  const functions = [...new Set(all.flatMap(({ usage }) => Object.keys(usage.invocations)))].sort();
  const per = ({ usage }: Measurement, count: number): string => (count / Math.max(1, usage.requests)).toFixed(2);
  const row = (title: string, cell: (measurement: Measurement) => string): string[] => [title, ...all.map(cell)];
  return [
    {
      title: 'Whole response, from the planned arrival, in ms',
      header: ['', 'p50', 'p90', 'p99', 'p99.9', 'max'],
      rows: all.map((each) => [each.name, ...percentiles(each.response.summary())]),
    },
    {
      title: 'Per request',
      header: ['', ...names],
      rows: [
        row('reads of pending rows', (each) => per(each, each.usage.pendingReads)),
        row('other reads', (each) => per(each, each.usage.otherReads)),
        row('writes', (each) => per(each, each.usage.writes)),
        row('read units', (each) => per(each, each.usage.readUnits)),
        row('write units', (each) => per(each, each.usage.writeUnits)),
        row('events published', (each) => per(each, each.usage.events)),
        row('WebSocket messages', (each) => per(each, each.usage.webSocketMessages)),
        ...functions.map((name) => row(`invocations of ${name}`, (each) => per(each, each.usage.invocations[name] ?? 0))),
      ],
    },
    {
      title: 'Dollars for a million requests',
      header: ['', ...names],
      rows: [
        ...COST_COMPONENTS.map((component) => row(component, ({ usage }) => costOf(usage)[component].toFixed(2))),
        row('together', (each) => usdPerMillion(each).toFixed(2)),
        row('a month of 100 tunnels', ({ usage }) => monthlyCost(totalOf(costOf(usage)), 100).toFixed(2)),
      ],
    },
    {
      title: 'Cold starts, which the times above do not include',
      header: ['', 'in warm-up', 'median init, ms', 'requests with a cold start', 'their return p50, ms'],
      rows: all.map(({ name, cold, coldReturn }) => {
        const warmUp = result.warmUps.find((each) => each.name === name);
        return [name, String(warmUp?.coldStarts ?? 0), ms(warmUp?.initMs ?? 0), String(cold), cold ? ms(coldReturn.percentile(50)) : '-'];
      }),
    },
    returnPathTable(result),
    cpuTable(all),
    ...(result.overhead ? [overheadTable(result.overhead)] : []),
  ];
}

function returnPathTable({ contenders, limit, options }: BenchResult): Table {
  const paths = returnPaths([...contenders, limit], options.latency);
  return {
    title: 'Where the mean return time goes, in ms',
    header: ['', ...paths.map(({ name }) => name)],
    rows: (Object.keys(RETURN_STEPS) as (keyof typeof RETURN_STEPS)[]).map((step) => [
      RETURN_STEPS[step],
      ...paths.map((path) => path[step].toFixed(1)),
    ]),
  };
}

/** `forward-request with 256 MB (0.14 of a core) and receive-message with …` */
export const memoryWords = ({ cpu }: Measurement): string =>
  cpu.map(({ functionName, memoryMb }) => `${functionName} with ${memoryMb} MB (${shareOf(memoryMb).toFixed(2)} of a core)`).join(' and ');

/** What a visit's functions use of their cores, and what their memory makes of it. */
function cpuTable(measurements: readonly Measurement[]): Table {
  const [first] = measurements;
  const perRequest = ({ usage }: Measurement, sumMs: number | undefined, factor = 1): string =>
    sumMs === undefined ? '-' : ((sumMs / Math.max(1, usage.requests)) * factor).toFixed(1);
  return {
    title: `CPU of a visit, in ms a request: ${first ? memoryWords(first) : ''}`,
    header: ['', ...(first?.cpu.flatMap(({ functionName }) => [`${functionName}: CPU`, 'waits, if at once', 'stopped']) ?? [])],
    rows: measurements.map((each) => [
      each.name,
      ...each.cpu.flatMap(({ memoryMb, usedMs, stoppedMs }) => [
        perRequest(each, usedMs),
        perRequest(each, usedMs, 1 / shareOf(memoryMb) - 1),
        perRequest(each, stoppedMs),
      ]),
    ]),
    note: 'A function that uses its CPU time at once waits for the rest of that time divided by its share. A function that waits for calls in between waits less, because it gets a new quota every 20 ms: `stopped` is how long its process was stopped for its share, measured. A part of that time passes while the function waits for something else anyway.',
  };
}

function overheadTable({ empty, functions }: Overhead): Table {
  return {
    title: "This project's code, compared with an empty handler in the same runtime",
    header: ['', 'CPU, ms an invocation', 'more than empty', 'cold start, ms', 'more than empty', 'code, KB'],
    rows: [empty, ...functions].map(({ name, cpuMs, coldStartMs, codeBytes }) => [
      name,
      cpuMs === 0 ? '-' : cpuMs.toFixed(2),
      cpuMs === 0 ? '-' : (cpuMs - empty.cpuMs).toFixed(2),
      ms(coldStartMs),
      ms(coldStartMs - empty.coldStartMs),
      (codeBytes / 1024).toFixed(0),
    ]),
  };
}

export function verdictTable(title: string, verdicts: readonly ClaimVerdict[]): Table {
  return {
    title,
    header: ['', 'measured', ''],
    rows: verdicts.map(({ claim, measured, holds }) => [claim, measured, holds ? 'pass' : 'FAIL']),
  };
}
