/**
 * Lambda, as far as the tunnel needs it. It runs the functions' real bundles through the Lambda Runtime API, with one process
 * per execution environment and one request at a time. Processes are frozen between invocations and killed at the time-out;
 * invocations above the reserved concurrency are throttled. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import os from 'node:os';
import { backgroundClock } from '../background-clock';
import type { Limits } from '../limits';
import type { ProcessGuard } from '../process-guard';
import { AwsError } from '../services';
import type {
  Closeable,
  ExecutionEnvironment,
  InvokeOptions,
  InvokeResult,
  LogSink,
  Origin,
  Principal,
  Principals,
  Queues,
  StreamedResult,
  StreamingInvoker,
  Topics,
} from '../services';
import type { FunctionSpec } from '../specs';
import { AsyncInvocations } from './async-invocations';
import type { AsyncInvocationEvents } from './async-invocations';
import { CodeCache } from './code-cache';
import { Concurrency } from './concurrency';
import { EnvironmentFactory } from './environment-factory';
import { FunctionCode } from './function-code';
import { FunctionKeys } from './function-keys';
import { FunctionPool } from './function-pool';
import type { Invocation, InvocationRecord, RunFault } from './invocation';
import { LambdaBootError } from './lambda-errors';
import { LambdaStats } from './lambda-stats';
import type { FunctionStats } from './lambda-stats';
import { RuntimeApi } from './runtime-api';
import { SpareCores } from './spare-cores';
import { START_MS, StartAdmission } from './start-admission';
import { traceContextOf } from './trace-header';

export interface LambdaServiceOptions {
  readonly functions: readonly FunctionSpec[];
  readonly region: string;
  /** `http://127.0.0.1:PORT` for AWS_ENDPOINT_URL. Called at each cold start, so the URL may be unknown when the service starts. */
  readonly awsEndpoint: () => string;
  /** `127.0.0.1:PORT` of an X-Ray daemon. With a daemon, every trace that begins with an invocation is sampled; otherwise none. */
  readonly xrayDaemon?: string;
  readonly queues: Queues;
  /** Without this option, no function may have a topic as its destination. */
  readonly topics?: Topics;
  readonly log: LogSink;
  readonly limits: Limits['lambda'];
  readonly guard: ProcessGuard;
  /** Directory for V8's code caches. Without it, every environment compiles its code again. */
  readonly codeCache?: string | undefined;
  /** How many environments may initialise at the same time; default: the number of the machine's cores. */
  readonly concurrentStarts?: number | undefined;
  /**
   * Whether an invocation gets only the share of a core that the function's memory buys; default false. Without effect where the CPU time
   * of a process cannot be read (`tellsCpuTime`).
   */
  readonly cpuShare?: boolean | undefined;
  /** Awaited before a process is started. A latency profile makes cold starts as slow as on AWS. */
  readonly beforeColdStart?: (functionName: string) => Promise<void>;
  /** Wraps every run of a function, for every caller; used to inject faults. */
  readonly interceptRun?: RunInterceptor;
}

export type RunInterceptor = (functionName: string, run: (fault?: RunFault) => Promise<InvokeResult>) => Promise<InvokeResult>;

export interface LambdaEvents {
  /** An invocation has run. */
  invocation: [InvocationRecord];
  throttle: [{ readonly at: number; readonly functionName: string; readonly reason: string }];
}

/** A function and its pool. */
interface Hosted {
  readonly spec: FunctionSpec;
  readonly pool: FunctionPool;
}

export class LambdaService implements StreamingInvoker, Principals, Closeable {
  readonly events = new EventEmitter<LambdaEvents>();
  private readonly statistics = new LambdaStats();
  private readonly hosted = new Map<string, Hosted>();
  private readonly keys: FunctionKeys;
  private readonly queue: AsyncInvocations;
  private readonly concurrency: Concurrency;
  private readonly admission: StartAdmission;

  private constructor(
    private readonly options: LambdaServiceOptions,
    private readonly code: FunctionCode,
    private readonly runtimeApi: RuntimeApi,
  ) {
    const { functions, limits, log, queues, topics } = options;
    this.keys = new FunctionKeys(functions);
    this.queue = new AsyncInvocations({
      invoke: (spec, invocation) => this.run(spec, invocation),
      queues,
      topics,
      retryDelaysMs: limits.asyncRetryDelaysMs,
      warn: ({ name }, requestId, text) => log({ at: Date.now(), functionName: name, environmentId: '', requestId, text }),
    });
    const factory = new EnvironmentFactory({
      ...options,
      initLimitMs: limits.initMs,
      cpuShare: options.cpuShare === true,
      code,
      keys: this.keys,
      runtimeApi,
    });
    this.concurrency = new Concurrency(functions, limits.accountConcurrency);
    const spareCores = new SpareCores();
    this.admission = new StartAdmission({
      limit: options.concurrentStarts ?? os.availableParallelism(),
      // With a latency profile, cold starts happen when AWS makes them: on AWS no invocation waits for a busy environment.
      startMs: options.beforeColdStart ? 0 : START_MS,
      hasSpareCore: () => spareCores.hasSpareCore(),
      clock: backgroundClock,
    });
    for (const spec of functions) this.hosted.set(spec.arn, { spec, pool: this.poolFor(spec, this.concurrency, factory) });
  }

  /** @throws LambdaBootError for a function whose code or runtime cannot be run, by its Terraform address */
  static async start(options: LambdaServiceOptions): Promise<LambdaService> {
    for (const { address, runtime } of options.functions) {
      if (/^nodejs\d+\.x$/.test(runtime)) continue;
      throw new LambdaBootError(`${address}: the local cloud runs Node.js functions, not "${runtime}"; set runtime to nodejs22.x`);
    }
    const codeCache = options.codeCache === undefined ? undefined : CodeCache.open(options.codeCache);
    const code = await FunctionCode.unpack(options.functions, codeCache);
    options.guard.watchDirectory(code.directory);
    return new LambdaService(options, code, await RuntimeApi.start(options.limits));
  }

  /** @throws AwsError ResourceNotFoundException for an ARN of no function in the stack */
  async invoke(
    functionArn: string,
    payload: unknown,
    { traceHeader, origin = 'inside', signal }: InvokeOptions = {},
  ): Promise<InvokeResult> {
    const { spec } = this.functionOf(functionArn);
    const invocation = this.newInvocation(payload, traceHeader, origin);
    const limit = this.options.limits.syncPayloadBytes;
    if (Buffer.byteLength(invocation.payload) > limit) return { kind: 'error', ...tooLarge(limit) };
    return this.run(spec, invocation, signal);
  }

  /** @throws AwsError ResourceNotFoundException for an ARN of no function in the stack */
  async invokeStreaming(
    functionArn: string,
    payload: unknown,
    { traceHeader, origin = 'inside', signal }: InvokeOptions = {},
  ): Promise<InvokeResult | StreamedResult> {
    const { spec } = this.functionOf(functionArn);
    const invocation = this.newInvocation(payload, traceHeader, origin);
    const limit = this.options.limits.syncPayloadBytes;
    if (Buffer.byteLength(invocation.payload) > limit) return { kind: 'error', ...tooLarge(limit) };
    return new Promise((resolve, reject) => {
      let isTaken = false;
      const onStream: Invocation['onStream'] = (stream) => {
        // A fault may run the function twice; nobody reads the second stream.
        if (isTaken) return void stream.body.resume();
        isTaken = true;
        resolve({ kind: 'stream', requestId: invocation.requestId, ...stream });
      };
      this.run(spec, { ...invocation, onStream }, signal).then(resolve, reject);
    });
  }

  /** @throws AwsError ResourceNotFoundException, or RequestTooLargeException for an event above 1 MB */
  invokeAsync(functionArn: string, payload: unknown, { traceHeader }: { traceHeader?: string } = {}): void {
    const { spec } = this.functionOf(functionArn);
    const invocation = this.newInvocation(payload, traceHeader, 'inside');
    const limit = this.options.limits.asyncPayloadBytes;
    if (Buffer.byteLength(invocation.payload) > limit) {
      const { errorType, errorMessage } = tooLarge(limit);
      throw new AwsError(413, errorType, errorMessage);
    }
    this.queue.add(spec, invocation);
  }

  find(accessKeyId: string, sessionToken: string | undefined): Principal | undefined {
    return this.keys.find(accessKeyId, sessionToken);
  }

  /** Events about asynchronous invocations. */
  get asyncEvents(): EventEmitter<AsyncInvocationEvents> {
    return this.queue.events;
  }

  /**
   * Starts environments in advance.
   * @param counts how many environments, by function name; environments that already live count
   */
  async warm(counts: Readonly<Record<string, number>>): Promise<void> {
    await Promise.all([...this.hosted.values()].map(({ spec, pool }) => pool.warm(counts[spec.name] ?? 0)));
  }

  /** Invocations that have no answer yet: of a function, or of all. */
  concurrencyOf(functionName?: string): number {
    return functionName === undefined ? this.concurrency.total : this.concurrency.used(functionName);
  }

  /** Invocations that wait for an execution environment. On AWS no invocation waits. */
  get waiting(): number {
    return [...this.hosted.values()].reduce((sum, { pool }) => sum + pool.waiting, 0);
  }

  /** Counters of every function, by name. */
  stats(): Readonly<Record<string, FunctionStats>> {
    return Object.fromEntries(this.options.functions.map(({ name }) => [name, this.statistics.of(name)]));
  }

  /** The environments that live now: starting, running or frozen. */
  environments(functionName?: string): readonly ExecutionEnvironment[] {
    const all = [...this.hosted.values()].filter(({ spec }) => functionName === undefined || spec.name === functionName);
    return all.flatMap(({ pool }) => pool.sandboxes);
  }

  /** SIGKILL; an invocation that it runs fails with Runtime.ExitError. Returns false for an unknown environment. */
  kill(environmentId: string): boolean {
    return [...this.hosted.values()].some(({ pool }) => pool.kill(environmentId));
  }

  /**
   * Stops an environment for `ms`, whatever it does, as an overloaded host would. The times of its invocation go on.
   * @returns false for an unknown environment
   */
  stall(environmentId: string, ms: number): boolean {
    return [...this.hosted.values()].some(({ pool }) => pool.stall(environmentId, ms));
  }

  /**
   * Replaces a function's code or environment variables, as Lambda's UpdateFunctionCode and UpdateFunctionConfiguration do. Invocations that run
   * end in their old environments, and every later one gets a new environment. On AWS both versions may get invocations for a short time.
   * @throws AwsError ResourceNotFoundException, or LambdaBootError for a zip that is missing or broken: the function then stays as it was
   */
  async update(functionArn: string, changes: Partial<Pick<FunctionSpec, 'codeZip' | 'environment'>>): Promise<void> {
    const { spec } = this.functionOf(functionArn);
    if (changes.codeZip !== undefined) await this.code.unpackAgain({ ...spec, ...changes });
    // Another update may have ended meanwhile.
    const { spec: latest, pool } = this.functionOf(functionArn);
    this.hosted.set(functionArn, { spec: { ...latest, ...changes }, pool });
    pool.retire();
  }

  async close(): Promise<void> {
    this.queue.close();
    this.admission.close();
    await Promise.all([...this.hosted.values()].map(({ pool }) => pool.close()));
    await this.runtimeApi.close();
    await this.code.remove();
    this.options.guard.unwatchDirectory(this.code.directory);
  }

  private poolFor(spec: FunctionSpec, concurrency: Concurrency, factory: EnvironmentFactory): FunctionPool {
    const pool: FunctionPool = new FunctionPool({
      spec,
      concurrency,
      idleMs: this.options.limits.idleEnvironmentMs,
      beforeColdStart: this.options.beforeColdStart,
      admission: this.admission,
      clock: backgroundClock,
      start: () =>
        factory.start(this.functionOf(spec.arn).spec, {
          onAnswered: () => pool.onAnswered(),
          onFinished: (environment, record) => {
            this.statistics.record(record);
            this.events.emit('invocation', record);
            pool.onFinished(environment);
          },
        }),
    });
    return pool;
  }

  private async run({ arn, name }: FunctionSpec, invocation: Invocation, signal?: AbortSignal): Promise<InvokeResult> {
    const { pool } = this.functionOf(arn);
    const { interceptRun = (_name, run) => run() } = this.options;
    const result = await interceptRun(name, (fault) => pool.invoke({ ...invocation, ...(fault && { fault }) }, signal));
    if (result.kind === 'throttled') {
      this.statistics.recordThrottle(name);
      this.events.emit('throttle', { at: Date.now(), functionName: name, reason: result.reason });
    }
    return { ...result, requestId: invocation.requestId };
  }

  private newInvocation(payload: unknown, traceHeader: string | undefined, origin: Origin): Invocation {
    return {
      origin,
      requestId: randomUUID(),
      payload: payload === undefined ? '{}' : JSON.stringify(payload),
      trace: traceContextOf(traceHeader, this.options.xrayDaemon !== undefined),
      askedAt: Date.now(),
    };
  }

  private functionOf(arn: string): Hosted {
    const hosted = this.hosted.get(arn);
    if (hosted) return hosted;
    const known = [...this.hosted.keys()].join(', ');
    throw new AwsError(404, 'ResourceNotFoundException', `Function not found: ${arn}; the stack declares ${known || 'none'}`);
  }
}

function tooLarge(limitBytes: number): { errorType: string; errorMessage: string } {
  return {
    errorType: 'RequestTooLargeException',
    errorMessage: `Request must be smaller than ${limitBytes} bytes for the InvokeFunction operation`,
  };
}
