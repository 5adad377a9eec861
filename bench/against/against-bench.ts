import path from 'node:path';
import { ProcessGuard } from '../../emulator/process-guard';
import { VISIT_FUNCTIONS } from '../contenders';
import { TimeHistogram } from '../histogram';
import { CpuByProcess, type CpuMs } from '../local/cpu-by-process';
import { JsonProgram, ROOT } from '../local/json-program';
import { NAME } from '../local/tunnel-programs';
import { readMachine, readVariables } from '../processes/read-process';
import type { BenchProgress } from '../progress';
import { loadCpuMs, unpack, type UnpackedFunction } from './bundle-load';
import type { AgainstOptions } from './options';

/** Loads of each function. */
const LOADS = 25;

/** What was measured of one version. Times in ms. */
export interface VersionFigures {
  readonly visits: number;
  readonly failures: number;
  readonly times: TimeHistogram;
  /** CPU time of all measured visits, by process. */
  readonly cpuMs: CpuMs;
  /** Median CPU time of loading both functions of a visit. */
  readonly loadCpuMs: number;
}

export interface AgainstResult {
  readonly options: AgainstOptions;
  readonly seconds: number;
  readonly now: VersionFigures;
  readonly before: VersionFigures;
}

/** One version, as `npm start` runs it: the agent and the demo service are in the process of the local cloud. */
class Version {
  readonly times = new TimeHistogram();
  private readonly cpuMs: Record<string, number> = {};
  private failures = 0;
  private visits = 0;
  private readonly cpu: CpuByProcess;

  private constructor(
    private readonly root: string,
    private readonly program: JsonProgram,
    private readonly url: string,
  ) {
    this.cpu = new CpuByProcess({ emulator: program.pid });
  }

  /** @param guard ends the program even when this process is killed */
  static async start(root: string, guard: ProcessGuard, signal: AbortSignal): Promise<Version> {
    const program = JsonProgram.start('start', ['--json', '--http-port', '0', '--console-port', '0'], {}, root);
    guard.watch(program.child);
    try {
      const ready = await program.event('ready', signal);
      return new Version(root, program, `${String(ready['visitorUrl'])}/${NAME}/`);
    } catch (error) {
      await program.stop();
      throw error;
    }
  }

  /** @returns whether the visit was answered with 200 */
  async visit(signal: AbortSignal): Promise<boolean> {
    const response = await fetch(this.url, { signal: AbortSignal.any([signal, this.program.ended]) });
    await response.arrayBuffer();
    return response.status === 200;
  }

  async measure(visits: number, signal: AbortSignal): Promise<void> {
    this.cpu.take();
    for (let i = 0; i < visits; i++) {
      const begin = performance.now();
      if (!(await this.visit(signal))) this.failures++;
      this.times.record(performance.now() - begin);
    }
    this.visits += visits;
    for (const [name, ms] of Object.entries(this.cpu.take())) this.cpuMs[name] = (this.cpuMs[name] ?? 0) + ms;
  }

  /** The code of the functions of a visit, with the variables that they have in the running tunnel. */
  async unpacked(): Promise<UnpackedFunction[]> {
    this.cpu.look();
    return Promise.all(
      VISIT_FUNCTIONS.map((name) =>
        unpack(path.join(this.root, 'dist/functions', `${name}.zip`), readVariables(this.cpu.environmentOf(name) ?? 0)),
      ),
    );
  }

  figures(loadCpuMs: number): VersionFigures {
    const { visits, failures, times, cpuMs } = this;
    return { visits, failures, times, cpuMs, loadCpuMs };
  }

  stop(): Promise<void> {
    return this.program.stop();
  }
}

/** Compares this version with another one. @throws Error where there is no /proc, or a version does not start */
export async function benchAgainst(options: AgainstOptions, progress: BenchProgress, signal: AbortSignal): Promise<AgainstResult> {
  if (!readMachine()) throw new Error('this system does not tell the CPU time of processes: run the comparison on Linux');
  const startedAt = Date.now();
  const guard = await ProcessGuard.start();
  const versions: Version[] = [];
  try {
    for (const root of [ROOT, options.other]) {
      progress.stage(`starting the version in ${path.relative(process.cwd(), root) || 'this directory'}`);
      versions.push(await Version.start(root, guard, signal));
    }
    const [now, before] = versions as [Version, Version];
    progress.stage(`warming up for ${options.warmUp} s`);
    for (const endsAt = Date.now() + options.warmUp * 1000; Date.now() < endsAt;) {
      for (const version of versions) await version.visit(signal);
    }
    progress.stage('measuring visits');
    for (let round = 0; round < options.rounds; round++) {
      // The versions change their order, so that neither always comes after the other.
      for (const version of round % 2 === 0 ? [now, before] : [before, now]) await version.measure(options.visits, signal);
      progress.share((round + 1) / options.rounds);
    }
    progress.stage('measuring loads');
    const [nowLoad, beforeLoad] = await loads([now, before], signal);
    return {
      options,
      seconds: (Date.now() - startedAt) / 1000,
      now: now.figures(nowLoad ?? 0),
      before: before.figures(beforeLoad ?? 0),
    };
  } finally {
    progress.stage('stopping');
    for (const version of versions.reverse()) await version.stop();
    await guard.close();
  }
}

/** Median CPU time of loading both functions of each version, in ms. The versions take turns. */
async function loads(versions: readonly Version[], signal: AbortSignal): Promise<number[]> {
  const all = await Promise.all(versions.map((version) => version.unpacked()));
  try {
    const histograms = all.map(() => new TimeHistogram());
    for (let i = 0; i < LOADS; i++) {
      for (const [version, functions] of all.entries()) {
        let sum = 0;
        for (const each of functions) sum += await loadCpuMs(each, signal);
        histograms[version]?.record(sum);
      }
    }
    return histograms.map((histogram) => histogram.percentile(50));
  } finally {
    for (const each of all.flat()) await each.remove();
  }
}
