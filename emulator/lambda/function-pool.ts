/** The execution environments of one function. The pool gives invocations to free environments and queues the other invocations. */
import type { Clock } from '../clock';
import type { ExecutionEnvironment, InvokeResult } from '../services';
import type { FunctionSpec } from '../specs';
import { BusyEnvironments } from './busy-environments';
import type { Concurrency } from './concurrency';
import { platformError } from './invocation';
import type { Invocation, RunOutcome } from './invocation';
import type { Need, StartAdmission, Starter } from './start-admission';
import { WaitingLine, type Waiter } from './waiting-line';

/**
 * An environment counts as about to be free for this time after its answer, in ms. The environment is free when its runtime asks for
 * the next invocation. That is soon, unless the function blocks its process after the answer.
 */
const FINISHING_MS = 200;

/** An execution environment, as far as a pool uses it. */
export interface PooledEnvironment {
  readonly sandbox: ExecutionEnvironment & { freeze(): void; stall(ms: number): void };
  /** Whether the environment can take another invocation once it is free. */
  readonly usable: boolean;
  /** Time since the running invocation was answered, in ms; undefined when it has no answer yet, or no invocation runs. */
  readonly answeredForMs: number | undefined;
  /** Resolves when the init has ended, successfully or not. */
  readonly initialised: Promise<unknown>;
  /** Runs one invocation at a time. The invocation fails if the init has failed. */
  invoke(invocation: Invocation): Promise<RunOutcome>;
  kill(): void;
  /** Kills the environment because the local cloud ends. That is no failure of the function, so nothing is logged. */
  close(): void;
}

export interface FunctionPoolOptions {
  readonly spec: FunctionSpec;
  readonly concurrency: Concurrency;
  readonly admission: StartAdmission;
  readonly clock: Clock;
  /** An environment is ended after it was idle for this time, in ms. */
  readonly idleMs: number;
  readonly start: () => PooledEnvironment;
  readonly beforeColdStart?: (functionName: string) => Promise<void>;
}

interface Idle {
  readonly environment: PooledEnvironment;
  /** Aborted when the environment is used or has ended: cancels its idle time-out. */
  readonly used: AbortController;
}

export class FunctionPool implements Starter {
  private readonly environments = new Set<PooledEnvironment>();
  /** The most recently used one last. */
  private readonly idle: Idle[] = [];
  private readonly busy = new BusyEnvironments<PooledEnvironment>();
  /** Environments with code that has been replaced. They get no further invocation. */
  private readonly retired = new WeakSet<PooledEnvironment>();
  private readonly line = new WaitingLine<PooledEnvironment>();
  /** Callbacks of `warm`, one for each environment that it still waits for. */
  private readonly warming: (() => void)[] = [];
  private readonly starting = new Set<PooledEnvironment>();
  private closed = false;

  constructor(private readonly options: FunctionPoolOptions) {
    options.admission.register(this);
  }

  get sandboxes(): ExecutionEnvironment[] {
    return [...this.environments].map(({ sandbox }) => sandbox);
  }

  /** @param signal when it aborts, an invocation that still waits is not run at all */
  async invoke(invocation: Invocation, signal?: AbortSignal): Promise<InvokeResult> {
    const { spec, concurrency } = this.options;
    if (this.closed) return notRun(invocation, CLOSING);
    const reason = concurrency.take(spec);
    if (reason) return { kind: 'throttled', reason };
    try {
      const environment = this.takeIdle() ?? (await this.nextFree(invocation, signal));
      if (environment) return environment.invoke(invocation);
    } catch (error) {
      concurrency.release(spec);
      throw error;
    }
    concurrency.release(spec);
    return notRun(invocation, this.closed ? CLOSING : 'no caller waits for the result any more');
  }

  /** Starts environments in advance until there are `count`. Resolves when their inits have ended. */
  async warm(count: number): Promise<void> {
    const missing = this.closed ? 0 : Math.max(0, count - this.environments.size - this.warming.length);
    const warmed = Array.from({ length: missing }, () => new Promise<void>((resolve) => this.warming.push(resolve)));
    this.options.admission.consider();
    await Promise.all(warmed);
  }

  /** An invocation has its answer, so it no longer counts against the function's concurrency. */
  onAnswered(): void {
    this.options.concurrency.release(this.options.spec);
  }

  /** An invocation of `environment` is over: the environment is free, or has ended. */
  onFinished(environment: PooledEnvironment): void {
    if (environment.usable) {
      const now = this.options.clock.now();
      this.busy.end(environment, now);
      if (!this.retired.has(environment)) this.line.noteFreed(now);
      this.give(environment);
    }
    this.options.admission.consider();
  }

  kill(environmentId: string): boolean {
    const environment = this.byId(environmentId);
    environment?.kill();
    return environment !== undefined;
  }

  stall(environmentId: string, ms: number): boolean {
    const environment = this.byId(environmentId);
    environment?.sandbox.stall(ms);
    return environment !== undefined;
  }

  /** Ends every environment when its invocation is over, at once if it runs none. Later invocations get environments that start later. */
  retire(): void {
    const environments = [...this.environments];
    for (const environment of environments) this.retired.add(environment);
    for (const environment of environments) if (!this.busy.has(environment)) environment.close();
    this.options.admission.consider();
  }

  /** Kills every environment, frozen or not, and waits until all have gone. Their invocations end with Runtime.ExitError. */
  async close(): Promise<void> {
    this.closed = true;
    for (const { take } of this.line.clear()) take(undefined);
    for (const warmed of this.warming.splice(0)) warmed();
    await Promise.all(
      [...this.environments].map((environment) => {
        const gone = new Promise<void>((resolve) => environment.sandbox.once('exit', resolve));
        environment.close();
        return gone;
      }),
    );
  }

  // --- starts -------------------------------------------------------------------------------------------------------

  /** Invocations that wait for an environment. */
  get waiting(): number {
    return this.line.length;
  }

  get hasWaiting(): boolean {
    return this.line.length > 0;
  }

  need(): Need | undefined {
    if (this.closed) return undefined;
    // Waiting invocations come before environments that `warm` asks for.
    return (
      this.uncovered ??
      (this.warming.length > 0 ? { rank: Infinity, origin: 'outside', waitAtPaceMs: Infinity, lastWaitMs: Infinity } : undefined)
    );
  }

  async start(): Promise<void> {
    const warmed = this.uncovered ? undefined : this.warming.shift();
    try {
      const environment = this.options.start();
      this.environments.add(environment);
      environment.sandbox.once('exit', () => this.forget(environment));
      this.starting.add(environment);
      await environment.initialised;
      this.starting.delete(environment);
      this.give(environment);
    } catch (error) {
      this.line.shift()?.fail(error as Error);
    }
    warmed?.();
  }

  // ------------------------------------------------------------------------------------------------------------------

  private byId(environmentId: string): PooledEnvironment | undefined {
    return [...this.environments].find(({ sandbox }) => sandbox.id === environmentId);
  }

  private takeIdle(): PooledEnvironment | undefined {
    for (let idle = this.idle.pop(); idle; idle = this.idle.pop()) {
      idle.used.abort(USED);
      if (idle.environment.usable) return this.begin(idle.environment);
    }
    return undefined;
  }

  private begin(environment: PooledEnvironment): PooledEnvironment {
    this.busy.begin(environment, this.options.clock.now());
    return environment;
  }

  /** Waits for the first environment that becomes free or has started. */
  private async nextFree({ origin }: Invocation, signal?: AbortSignal): Promise<PooledEnvironment | undefined> {
    const { admission, beforeColdStart, clock, spec } = this.options;
    let mayStart = beforeColdStart === undefined;
    return new Promise((resolve, reject) => {
      const waiter: Waiter<PooledEnvironment> = { since: clock.now(), origin, mayStart: () => mayStart, take: resolve, fail: reject };
      const giveUp = (): void => {
        if (this.line.remove(waiter)) resolve(undefined);
      };
      this.line.add(waiter);
      signal?.addEventListener('abort', giveUp, { once: true });
      void beforeColdStart?.(spec.name).then(() => {
        mayStart = true;
        admission.consider();
      });
      admission.consider();
    });
  }

  /** Gives a free environment to the first waiter, or freezes it. A waiter also gets one whose init has failed, to report the error. */
  private give(environment: PooledEnvironment): void {
    if (this.retired.has(environment)) return environment.close();
    const waiter = this.line.shift();
    if (waiter) return waiter.take(this.begin(environment));
    if (!environment.usable) return;
    environment.sandbox.freeze();
    const used = new AbortController();
    this.idle.push({ environment, used });
    void this.options.clock.sleep(this.options.idleMs, used.signal).then(() => {
      if (!used.signal.aborted) environment.kill();
    });
  }

  /** The first waiting invocation for which no environment is starting or about to be free. */
  private get uncovered(): Need | undefined {
    const now = this.options.clock.now();
    const uncovered = this.line.uncovered(this.coming, now);
    return uncovered && { ...uncovered, lastWaitMs: this.busy.lastWaitMs(this.line.length, now) };
  }

  /** How many environments are starting or about to be free. */
  private get coming(): number {
    const isFinishing = ({ usable, answeredForMs = Infinity }: PooledEnvironment): boolean => usable && answeredForMs < FINISHING_MS;
    const current = [...this.environments].filter((each) => !this.retired.has(each));
    return current.filter((each) => this.starting.has(each) || isFinishing(each)).length;
  }

  private forget(environment: PooledEnvironment): void {
    this.environments.delete(environment);
    this.busy.forget(environment);
    const index = this.idle.findIndex((idle) => idle.environment === environment);
    if (index >= 0) this.idle.splice(index, 1)[0]?.used.abort(USED);
    this.options.admission.consider();
  }
}

/** A reason spares the error with its stack that `abort()` makes otherwise. */
const USED = 'used';

const CLOSING = 'the local cloud is closing; start the local cloud again';

const notRun = ({ requestId }: Invocation, why: string): RunOutcome => platformError('ServiceException', requestId, why);
