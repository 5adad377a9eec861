import { TimeHistogram } from '../histogram';
import { ProcessTree } from '../processes/process-tree';
import { readMachine, readScheduler, type MachineTimes, type SchedulerTimes } from '../processes/read-process';
import type { CpuInterval, Interval } from './interval';

/** How often a timer is due, in ms. */
const TIMER_MS = 20;

/** Values of the counters at one moment, in ms. */
interface Counters {
  readonly machine: MachineTimes;
  /** CPU time of this program, ended processes included. */
  readonly oursMs: number;
  readonly schedulers: ReadonlyMap<number, SchedulerTimes>;
}

/** Samples this machine from within a program: which processes have its cores, which wait for a core, and how late timers come. */
export class Sampler {
  private readonly tree: ProcessTree;
  private late = new TimeHistogram();
  private lookedAt = performance.now();
  private counters: Counters | undefined;
  private timer: NodeJS.Timeout;

  /** @param pid the program's first process */
  constructor(pid: number) {
    this.tree = new ProcessTree(pid);
    this.counters = this.count();
    this.timer = this.nextTimer();
  }

  /** Returns what was measured since the last look. */
  look(): Interval {
    const now = performance.now();
    const before = this.counters;
    this.counters = this.count();
    const interval = {
      seconds: (now - this.lookedAt) / 1000,
      lateMs: this.late.percentile(99),
      ...(before && this.counters && { cpu: difference(before, this.counters) }),
    };
    this.late = new TimeHistogram();
    this.lookedAt = now;
    return interval;
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private nextTimer(): NodeJS.Timeout {
    const dueAt = performance.now() + TIMER_MS;
    return setTimeout(() => {
      this.late.record(performance.now() - dueAt);
      this.timer = this.nextTimer();
    }, TIMER_MS);
  }

  private count(): Counters | undefined {
    const machine = readMachine();
    if (!machine) return undefined;
    const ours = this.tree.look();
    return {
      machine,
      oursMs: ours.reduce((sum, { cpuMs, endedChildrenMs }) => sum + cpuMs + endedChildrenMs, 0),
      schedulers: new Map(ours.flatMap(({ pid }) => schedulerOf(pid))),
    };
  }
}

function schedulerOf(pid: number): [number, SchedulerTimes][] {
  const times = readScheduler(pid);
  return times ? [[pid, times]] : [];
}

function difference(before: Counters, after: Counters): CpuInterval {
  const oursMs = after.oursMs - before.oursMs;
  const busyMs = after.machine.busyMs - before.machine.busyMs;
  const stolenMs = after.machine.stolenMs - before.machine.stolenMs;
  let ranMs = 0;
  let waitedMs = 0;
  for (const [pid, times] of after.schedulers) {
    ranMs += times.ranMs - (before.schedulers.get(pid)?.ranMs ?? 0);
    waitedMs += times.waitedMs - (before.schedulers.get(pid)?.waitedMs ?? 0);
  }
  return { cores: after.machine.cores, oursMs, othersMs: busyMs - oursMs + stolenMs, ranMs, waitedMs };
}
