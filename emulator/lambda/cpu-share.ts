/**
 * Gives the process of an execution environment the share of a core that the function's memory buys, while an invocation runs. The CPU
 * time of the process is read when its quota can be used up. A process that has used more than its quota is stopped until the quotas of
 * later periods have paid for it. Initialization has no limit, as on AWS
 * (https://serverlessland.com/content/service/lambda/guides/effectively-running-java-on-serverless/init-heavy-lifting).
 */
import { CpuBudget, PERIOD_MS } from './cpu-budget';

/** Time until the next look at a process that runs, in ms: timers of Node.js are not more exact. */
const SHORTEST_MS = 1;
/**
 * Time until the next look at a process that did nothing since the last look, in ms. Most processes wait for most of their time, and each
 * look costs the local cloud CPU time. A process that wakes up in between can use too much for that long, and pays for it afterwards.
 */
const IDLE_MS = PERIOD_MS / 2;

/** All idle processes are looked at together, because most of the cost of a look is that a timer wakes the local cloud. */
const untilNextIdleLook = (now: number): number => IDLE_MS - (now % IDLE_MS);

/** A process whose CPU time can be limited. */
export interface ThrottledProcess {
  /** CPU time of all threads since the process began, in ms; undefined when the process has ended. */
  cpuMs(): number | undefined;
  /** Changes when the process uses CPU time; cheaper to read than the time itself. */
  activity(): string | undefined;
  throttle(): void;
  unthrottle(): void;
}

/** What an invocation took of its share, in ms. */
export interface CpuUse {
  readonly usedMs: number;
  /** How long the process was stopped because its quota was used up. */
  readonly stoppedMs: number;
}

export class CpuShare {
  private readonly budget: CpuBudget;
  private timer?: NodeJS.Timeout;
  private lastCpuMs = 0;
  private lastActivity: string | undefined;
  private usedMs = 0;
  private stoppedMs = 0;
  private stoppedSince?: number;
  /** Called when the process may run, or the limit ends. */
  private readonly onPaid: (() => void)[] = [];

  /** @param share of one core */
  constructor(
    private readonly process: ThrottledProcess,
    share: number,
  ) {
    this.budget = new CpuBudget(share);
  }

  /** An invocation begins. */
  begin(): void {
    const now = performance.now();
    this.lastCpuMs = this.process.cpuMs() ?? 0;
    this.usedMs = this.stoppedMs = 0;
    this.budget.begin(now);
    this.decide(now, true);
  }

  /**
   * Resolves when the CPU time that the process has used so far is paid for. Until then the process is stopped. A response is held back
   * until then: otherwise an invocation could end before anybody has noticed that it used too much.
   */
  paid(): Promise<void> {
    return new Promise((resolve) => {
      this.onPaid.push(resolve);
      const now = performance.now();
      this.count(now);
      this.decide(now, true);
    });
  }

  /** The invocation has its answer, or its process has ended. Nothing is limited until the next invocation begins. */
  end(): CpuUse {
    const now = performance.now();
    this.count(now);
    clearTimeout(this.timer);
    this.proceed(now);
    return { usedMs: this.usedMs, stoppedMs: this.stoppedMs };
  }

  private look(): void {
    const now = performance.now();
    const activity = this.process.activity();
    const worked = activity !== this.lastActivity;
    this.lastActivity = activity;
    if (worked) this.count(now);
    else this.budget.spend(0, now);
    this.decide(now, worked);
  }

  private count(now: number): void {
    const cpuMs = this.process.cpuMs() ?? this.lastCpuMs;
    // A thread that has ended is missing in the sum.
    const usedMs = Math.max(0, cpuMs - this.lastCpuMs);
    this.lastCpuMs = cpuMs;
    this.usedMs += usedMs;
    this.budget.spend(usedMs, now);
  }

  private decide(now: number, worked: boolean): void {
    clearTimeout(this.timer);
    const waitMs = this.budget.waitMs(now);
    if (waitMs > 0) {
      this.stoppedSince ??= now;
      this.process.throttle();
      this.lookIn(waitMs);
      return;
    }
    // A process that was stopped is probably not idle.
    const mayWork = worked || this.stoppedSince !== undefined;
    this.proceed(now);
    this.lookIn(mayWork ? Math.max(SHORTEST_MS, this.budget.runMs) : untilNextIdleLook(now));
  }

  private lookIn(ms: number): void {
    this.timer = setTimeout(() => this.look(), Math.ceil(ms)).unref();
  }

  private proceed(now: number): void {
    if (this.stoppedSince !== undefined) this.stoppedMs += now - this.stoppedSince;
    this.stoppedSince = undefined;
    this.process.unthrottle();
    for (const paid of this.onPaid.splice(0)) paid();
  }
}
