/**
 * One execution environment from init to its end, and its running invocation. This class does the work of Lambda's
 * supervisor around the runtime. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
import type { FunctionSpec } from '../specs';
import { shareOf } from './cpu-budget';
import { CpuShare, type CpuUse } from './cpu-share';
import { platformError } from './invocation';
import type { Invocation, InvocationRecord, RunOutcome } from './invocation';
import { afterPendingOutput } from './output-lines';
import { isAtLeast, levelOf } from './log-level';
import { jsonPlatformLog } from './json-platform-log';
import type { PlatformLog } from './platform-log';
import { maxMemoryMb } from './process-memory';
import type { PooledEnvironment } from './function-pool';
import type { HandedOver, RuntimeHost } from './runtime-api';
import { textPlatformLog } from './text-platform-log';
import { Sandbox } from './sandbox';
import type { OnHead, StreamedAnswer } from './streamed-answer';
import type { SandboxOptions } from './sandbox';
import { newSegmentId, traceHeader } from './trace-header';

export interface FunctionEnvironmentOptions {
  readonly spec: FunctionSpec;
  readonly initLimitMs: number;
  /** Whether an invocation gets only the share of a core that the function's memory buys. */
  readonly cpuShare: boolean;
  /** @param host answers the runtime of the process; @returns the options to start the process with */
  readonly sandbox: (host: RuntimeHost) => Omit<SandboxOptions, 'onLine'>;
  readonly log: (text: string, requestId: string | undefined) => void;
  /** Called when an invocation has its answer. */
  readonly onAnswered: () => void;
  /** Called when an invocation is over: after the answer, its runtime has asked for the next invocation, or has ended. */
  readonly onFinished: (environment: FunctionEnvironment, record: InvocationRecord) => void;
}

interface Init {
  readonly ms: number;
  /** ms since the epoch */
  readonly endedAt: number;
  readonly failure?: (requestId: string) => RunOutcome;
}

interface Running {
  readonly invocation: Invocation;
  readonly init: Init | undefined;
  readonly segmentId: string;
  readonly startedAt: number;
  readonly waitedMs: number;
  answeredAt?: number;
  /** Limits the CPU time from the hand-over to the answer. */
  cpuShare?: CpuShare;
  cpu?: CpuUse;
  readonly resolve: (outcome: RunOutcome) => void;
  timer?: NodeJS.Timeout;
  outcome?: RunOutcome;
  /** The response that the function streams to its invoker. */
  streamed?: StreamedAnswer;
  /** Measured before the process is killed at a time-out; otherwise measured at the end of the invocation. */
  maxMemoryMb?: number;
}

export class FunctionEnvironment implements RuntimeHost, PooledEnvironment {
  readonly sandbox: Sandbox;
  private readonly startedAt = performance.now();
  /** Never rejects. */
  readonly initialised: Promise<Init>;
  private resolveInit: (init: Init) => void = () => undefined;
  private readonly initTimer: NodeJS.Timeout;
  private initEnded = false;
  private readonly platformLog: PlatformLog;
  /** Undefined for a function that may use a whole core. */
  private readonly cpuShare: CpuShare | undefined;
  private handOver?: (invocation: HandedOver) => void;
  private running?: Running;
  private hasRun = false;
  private condemned = false;
  private isClosed = false;

  constructor(private readonly options: FunctionEnvironmentOptions) {
    this.initialised = new Promise((resolve) => (this.resolveInit = resolve));
    this.sandbox = new Sandbox({ ...options.sandbox(this), onLine: (text) => this.logOutput(text) });
    const { logging, memoryMb } = options.spec;
    this.platformLog = logging.format === 'JSON' ? jsonPlatformLog(memoryMb, logging.systemLevel) : textPlatformLog(memoryMb);
    const share = shareOf(memoryMb);
    if (options.cpuShare && share < 1) this.cpuShare = new CpuShare(this.sandbox, share);
    this.sandbox.once('exit', () => this.onExit());
    this.initTimer = setTimeout(() => this.timeOutInit(), options.initLimitMs);
  }

  /** Whether the environment can take another invocation once it is free. */
  get usable(): boolean {
    return !this.condemned && !this.sandbox.exited;
  }

  get answeredForMs(): number | undefined {
    const answeredAt = this.running?.answeredAt;
    return answeredAt === undefined ? undefined : performance.now() - answeredAt;
  }

  /** Runs one invocation, after the init has ended. The caller must run one invocation at a time. */
  async invoke(invocation: Invocation): Promise<RunOutcome> {
    const init = await this.initialised;
    return new Promise((resolve) => {
      const first = !this.hasRun;
      this.hasRun = true;
      this.sandbox.thaw();
      const waitedMs = Math.max(0, Date.now() - invocation.askedAt);
      this.running = {
        invocation,
        init: first ? init : undefined,
        segmentId: newSegmentId(),
        startedAt: performance.now(),
        waitedMs,
        resolve,
      };
      this.logPlatform(this.platformLog.start(invocation.requestId));
      if (init.failure || this.sandbox.exited) {
        this.settle(init.failure?.(invocation.requestId) ?? this.exitError(invocation.requestId));
        this.finish();
      } else if (invocation.fault === 'throw') {
        this.settle({ kind: 'error', errorType: 'Error', errorMessage: 'broken on purpose by the fault plan' });
        this.finish();
      } else if (invocation.fault === 'exit') {
        // The handler gets nothing: on a second core it could otherwise begin its answer before the kill.
        this.kill();
      } else {
        this.handOverNow(invocation);
      }
    });
  }

  kill(): void {
    this.condemned = true;
    this.sandbox.kill();
  }

  close(): void {
    this.isClosed = true;
    this.kill();
  }

  // --- calls from the runtime ---------------------------------------------------------------------------------------

  next(handOver: (invocation: HandedOver) => void): void {
    this.handOver = handOver;
    this.endInit({ ms: this.age(), endedAt: Date.now() });
    if (this.running) afterPendingOutput(() => this.finish());
  }

  async answer(requestId: string, outcome: RunOutcome): Promise<boolean> {
    if (!this.awaitsAnswer(requestId)) return false;
    await this.running?.cpuShare?.paid();
    // The invocation may have timed out, or its process may have ended.
    if (!this.awaitsAnswer(requestId)) return false;
    this.settle(outcome);
    return true;
  }

  takeStream(requestId: string, open: (onHead: OnHead) => StreamedAnswer): StreamedAnswer | undefined {
    const onHead = this.running?.invocation.onStream;
    if (!this.running || !onHead || this.running.streamed || !this.awaitsAnswer(requestId)) return undefined;
    return (this.running.streamed = open(onHead));
  }

  failInit(outcome: RunOutcome): void {
    afterPendingOutput(() => this.abandonInit(errorTypeOf(outcome) ?? 'Runtime.Unknown', () => outcome));
  }

  // ------------------------------------------------------------------------------------------------------------------

  private awaitsAnswer(requestId: string): boolean {
    return this.running?.invocation.requestId === requestId && !this.running.outcome;
  }

  private handOverNow(invocation: Invocation): void {
    const { spec } = this.options;
    const running = this.running as Running;
    running.cpuShare = this.cpuShare;
    running.cpuShare?.begin();
    running.timer = setTimeout(() => this.timeOut(running), spec.timeoutMs);
    const { requestId, payload, trace } = invocation;
    this.handOver?.({
      requestId,
      payload,
      traceHeader: traceHeader(trace, running.segmentId),
      functionArn: spec.arn,
      deadlineMs: Date.now() + spec.timeoutMs,
    });
    this.handOver = undefined;
  }

  private settle(outcome: RunOutcome): void {
    if (!this.running || this.running.outcome) return;
    this.running.outcome = outcome;
    this.running.answeredAt = performance.now();
    this.running.cpu = this.running.cpuShare?.end();
    this.running.streamed?.settle(outcome);
    this.running.resolve(outcome);
    this.options.onAnswered();
  }

  private timeOut(running: Running): void {
    const { requestId } = running.invocation;
    const message = `Task timed out after ${(this.options.spec.timeoutMs / 1000).toFixed(2)} seconds`;
    running.maxMemoryMb = maxMemoryMb(this.sandbox.pid);
    this.logPlatform(this.platformLog.timeOut(requestId, message));
    this.settle(platformError('Sandbox.Timedout', requestId, message));
    this.kill();
  }

  private timeOutInit(): void {
    const message = `Initialization has timed out after ${(this.options.initLimitMs / 1000).toFixed(2)} seconds`;
    this.abandonInit('Sandbox.Timedout', (requestId) => platformError('Sandbox.Timedout', requestId, message));
  }

  /** AWS repeats a failed init once within the invocation. Here the invocation fails at once; the next one gets a new environment. */
  private abandonInit(errorType: string, failure: (requestId: string) => RunOutcome): void {
    if (this.initEnded) return;
    const ms = this.age();
    this.logPlatform(this.platformLog.failedInit(ms, errorType));
    this.endInit({ ms, failure, endedAt: Date.now() });
    this.kill();
  }

  private endInit(init: Init): void {
    this.initEnded = true;
    clearTimeout(this.initTimer);
    this.resolveInit(init);
  }

  private onExit(): void {
    afterPendingOutput(() => {
      this.abandonInit('Runtime.ExitError', (requestId) => this.exitError(requestId));
      if (!this.running) return;
      this.settle(this.exitError(this.running.invocation.requestId));
      this.finish();
    });
  }

  private finish(): void {
    const running = this.running;
    if (!running) return;
    clearTimeout(running.timer);
    // Nobody has seen the end of a response whose reader has left.
    if (running.streamed?.isAbandoned) this.settle({ kind: 'ok', payload: null });
    this.settle(
      platformError(
        'Runtime.Unknown',
        running.invocation.requestId,
        'the runtime asked for another invocation before it had answered this one',
      ),
    );
    const record = this.recordOf(running);
    this.logPlatform(this.platformLog.done(record));
    this.running = undefined;
    this.options.onFinished(this, record);
  }

  private recordOf({
    invocation,
    init,
    segmentId,
    startedAt,
    waitedMs,
    answeredAt = performance.now(),
    cpu,
    outcome,
    maxMemoryMb: memoryAtKill,
  }: Running): InvocationRecord {
    const { spec } = this.options;
    const { requestId, trace, askedAt } = invocation;
    // An init that ended before the invocation was requested does not count as a cold start, but is billed.
    const awaitedInit = init && (init.failure || init.endedAt > askedAt) ? init : undefined;
    const durationMs = init?.failure ? 0 : Math.min(performance.now() - startedAt, spec.timeoutMs);
    return {
      at: Date.now(),
      functionName: spec.name,
      requestId,
      environmentId: this.sandbox.id,
      coldStart: awaitedInit !== undefined,
      waitedMs,
      durationMs,
      billedMs: Math.ceil(durationMs + (init?.ms ?? 0)),
      initMs: awaitedInit?.ms,
      maxMemoryMb: memoryAtKill ?? maxMemoryMb(this.sandbox.pid),
      ...(cpu && { cpu }),
      kind: outcome?.kind ?? 'error',
      errorType: errorTypeOf(outcome),
      ...(trace.sampled && { trace: { ...trace, segmentId, askedAt, handlerMs: Math.min(answeredAt - startedAt, durationMs) } }),
    };
  }

  private exitError(requestId: string): RunOutcome {
    return platformError('Runtime.ExitError', requestId, this.sandbox.exitReason);
  }

  private age(): number {
    return performance.now() - this.startedAt;
  }

  /** A line of the function itself. In JSON format the application log level filters these lines. */
  private logOutput(text: string): void {
    const { format, applicationLevel } = this.options.spec.logging;
    if (format === 'Text' || isAtLeast(levelOf(text), applicationLevel)) this.log(text);
  }

  /** Lines of Lambda itself. The end of the local cloud is no failure of the function. */
  private logPlatform(lines: readonly string[]): void {
    if (!this.isClosed) lines.forEach((line) => this.log(line));
  }

  private log(line: string): void {
    this.options.log(line, this.running?.invocation.requestId);
  }
}

function errorTypeOf(outcome: RunOutcome | undefined): string | undefined {
  return outcome?.kind === 'error' ? outcome.errorType : undefined;
}
