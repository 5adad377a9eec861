import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchProgress } from '../progress';
import { memoryMb } from '../processes/memory';
import { readMachine } from '../processes/read-process';
import { CpuByProcess, type CpuMs } from './cpu-by-process';
import type { LocalBenchOptions } from './options';
import { startTunnelPrograms, type TunnelPrograms } from './tunnel-programs';
import { visit, type Visit } from './visitors';

/** How often processes are looked at while visitors come, in ms. */
const LOOK_MS = 500;
/** Longest wait for idle environments, in ms: by then forward-request's deadline and API Gateway's time-out end every request. */
const IDLE_MS = 35_000;
const IDLE_LOOK_MS = 100;

/** The results of one number of visitors. */
export interface LocalRun extends Visit {
  /** Undefined without /proc. */
  readonly processes?: ProcessFigures;
}

export interface ProcessFigures {
  /** Number of execution environments started: since `npm start` began, and in this run. */
  readonly environments: number;
  readonly environmentsStarted: number;
  readonly cpuMs: CpuMs;
  /** At the end of the run, in MB; memory that processes share is divided among them. */
  readonly memoryMb: { readonly emulator: number; readonly environments: number; readonly agent: number };
}

export interface LocalBenchResult {
  readonly options: LocalBenchOptions;
  readonly startedAt: Date;
  readonly seconds: number;
  /** Time that `npm start` took until it was ready, in seconds, and time of the first visitor's request, in ms. */
  readonly readySeconds: number;
  readonly firstVisitMs: number;
  readonly runs: readonly LocalRun[];
  /** Warnings of emulator and agent. */
  readonly warnings: readonly string[];
}

/**
 * Starts the tunnel and measures each number of visitors in turn.
 * @param signal ends the bench at any time: the promise rejects with the signal's reason
 */
export async function localBench(options: LocalBenchOptions, progress: BenchProgress, signal: AbortSignal): Promise<LocalBenchResult> {
  const startedAt = new Date();
  progress.stage('starting the tunnel');
  const tunnel = await startTunnelPrograms(signal);
  try {
    const firstVisitMs = await firstVisit(tunnel, signal);
    const cpu = readMachine() && new CpuByProcess({ emulator: tunnel.emulatorPid, agent: tunnel.agentPid });
    const runs: LocalRun[] = [];
    for (const [index, concurrent] of options.concurrent.entries()) {
      progress.stage(`${concurrent} concurrent ${concurrent === 1 ? 'visitor' : 'visitors'} for ${options.seconds} s`);
      runs.push(await run(tunnel, concurrent, options, AbortSignal.any([signal, tunnel.ended]), cpu));
      progress.share((index + 1) / options.concurrent.length);
    }
    const { readySeconds } = tunnel;
    const seconds = (Date.now() - startedAt.getTime()) / 1000;
    return { options, startedAt, seconds, readySeconds, firstVisitMs, runs, warnings: tunnel.warnings() };
  } finally {
    progress.stage('stopping');
    await tunnel.close();
  }
}

/** Shows that the tunnel works at all. @throws Error otherwise */
async function firstVisit({ url }: TunnelPrograms, signal: AbortSignal): Promise<number> {
  const beganAt = performance.now();
  const response = await fetch(url, { signal });
  const body = await response.text();
  if (response.status !== 200)
    throw new Error(`the tunnel answered the first visitor with status ${response.status}: ${body.slice(0, 200)}`);
  return performance.now() - beganAt;
}

async function run(
  { url, emulatorPid, agentPid }: TunnelPrograms,
  concurrent: number,
  { seconds }: LocalBenchOptions,
  signal: AbortSignal,
  cpu: CpuByProcess | undefined,
): Promise<LocalRun> {
  if (!cpu) return visit(url, concurrent, seconds, signal);
  cpu.take();
  const before = cpu.started;
  const looking = setInterval(() => cpu.look(), LOOK_MS);
  try {
    const seen = await visit(url, concurrent, seconds, signal);
    const cpuMs = cpu.take();
    const pids = cpu.living().map(({ pid }) => pid);
    const memory = { emulator: memoryMb([emulatorPid]), environments: memoryMb(pids), agent: memoryMb([agentPid]) };
    await idle(cpu, signal);
    return { ...seen, processes: { environments: cpu.started, environmentsStarted: cpu.started - before, cpuMs, memoryMb: memory } };
  } finally {
    clearInterval(looking);
  }
}

/** Waits until every environment is frozen, as between two invocations. Otherwise work of this run would disturb the next run. */
async function idle(cpu: CpuByProcess, signal: AbortSignal): Promise<void> {
  for (const endsAt = Date.now() + IDLE_MS; Date.now() < endsAt; await sleep(IDLE_LOOK_MS, undefined, { signal })) {
    cpu.look();
    if (cpu.living().every(({ state }) => state === 'T')) return;
  }
}
