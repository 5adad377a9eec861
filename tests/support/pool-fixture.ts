/**
 * Pools of functions with a virtual clock. Their environments are simulated: a test sets how long each init and each invocation takes.
 */
import { EventEmitter } from 'node:events';
import { Concurrency } from '../../emulator/lambda/concurrency';
import { FunctionPool, type PooledEnvironment } from '../../emulator/lambda/function-pool';
import { platformError, type Invocation, type RunOutcome } from '../../emulator/lambda/invocation';
import { StartAdmission } from '../../emulator/lambda/start-admission';
import type { InvokeResult, Origin } from '../../emulator/services';
import type { FunctionSpec } from '../../emulator/specs';
import { VirtualClock } from './virtual-clock';

export interface PoolFixtureOptions {
  readonly functions: Readonly<Record<string, { readonly reservedConcurrency?: number }>>;
  readonly concurrentStarts?: number;
  readonly startMs?: number;
  readonly hasSpareCore?: () => boolean;
  /** How long the init of a function takes, in ms; "fails" for an init that fails at once. */
  readonly init?: (functionName: string) => number | 'fails';
  readonly beforeColdStart?: (clock: VirtualClock) => Promise<void>;
}

/** An event of a pool. */
export type PoolEvent =
  | { readonly kind: 'start' | 'initialised' | 'rests'; readonly functionName: string; readonly environment: string }
  | { readonly kind: 'run'; readonly functionName: string; readonly environment: string; readonly invocation: string };

export interface PoolFixture {
  readonly clock: VirtualClock;
  readonly events: readonly PoolEvent[];
  /** The greatest number of inits at the same time. */
  readonly peakStarts: () => number;
  readonly pool: (functionName: string) => FunctionPool;
  /** Requests an invocation that runs for `ms`. @returns a promise of its result */
  invoke(
    functionName: string,
    id: string,
    ms: number,
    how?: { readonly origin?: Origin; readonly signal?: AbortSignal },
  ): Promise<InvokeResult>;
}

export function poolFixture({
  functions,
  concurrentStarts = 2,
  startMs = 500,
  hasSpareCore = () => true,
  init = () => 300,
  beforeColdStart,
}: PoolFixtureOptions): PoolFixture {
  const clock = new VirtualClock();
  const events: PoolEvent[] = [];
  let underWay = 0;
  let peak = 0;
  const specs = Object.entries(functions).map(([name, { reservedConcurrency }]) => ({ name, reservedConcurrency }) as FunctionSpec);
  const concurrency = new Concurrency(specs, 1000);
  const admission = new StartAdmission({ limit: concurrentStarts, startMs, hasSpareCore, clock });

  const pools = new Map(
    specs.map((spec) => {
      let count = 0;
      const pool: FunctionPool = new FunctionPool({
        spec,
        concurrency,
        admission,
        clock,
        idleMs: 600_000,
        ...(beforeColdStart && { beforeColdStart: () => beforeColdStart(clock) }),
        start: () => {
          const id = `${spec.name} ${(count += 1)}`;
          const happened = (kind: 'start' | 'initialised' | 'rests'): void =>
            void events.push({ kind, functionName: spec.name, environment: id });
          happened('start');
          peak = Math.max(peak, (underWay += 1));
          return new MadeUpEnvironment({
            id,
            clock,
            initMs: init(spec.name),
            onInitialised: () => {
              underWay -= 1;
              happened('initialised');
            },
            onRest: () => happened('rests'),
            onRun: ({ requestId }) => events.push({ kind: 'run', functionName: spec.name, environment: id, invocation: requestId }),
            onAnswered: () => pool.onAnswered(),
            onFinished: (environment) => pool.onFinished(environment),
          });
        },
      });
      return [spec.name, pool] as const;
    }),
  );
  const pool = (name: string): FunctionPool => pools.get(name) as FunctionPool;
  return {
    clock,
    events,
    pool,
    peakStarts: () => peak,
    invoke: (name, id, ms, { origin = 'outside', signal } = {}) =>
      pool(name).invoke(
        { requestId: id, payload: String(ms), trace: { sampled: false } as Invocation['trace'], origin, askedAt: clock.now() },
        signal,
      ),
  };
}

interface MadeUpOptions {
  readonly id: string;
  readonly clock: VirtualClock;
  readonly initMs: number | 'fails';
  readonly onInitialised: () => void;
  readonly onRest: () => void;
  readonly onRun: (invocation: Invocation) => void;
  readonly onAnswered: () => void;
  readonly onFinished: (environment: PooledEnvironment) => void;
}

/** Time between the answer and the end of an invocation, in ms, in which the runtime asks for the next invocation. */
const FINISHING_MS = 1;

class MadeUpEnvironment implements PooledEnvironment {
  readonly sandbox: PooledEnvironment['sandbox'];
  readonly initialised: Promise<void>;
  private readonly killed = new AbortController();
  private answeredAt?: number;

  constructor(private readonly options: MadeUpOptions) {
    const { id, clock, initMs, onRest, onInitialised } = options;
    this.sandbox = Object.assign(new EventEmitter<{ freeze: []; thaw: []; exit: [] }>(), {
      id,
      functionName: '',
      pid: 0,
      frozen: false,
      exited: false,
      freeze: onRest,
      stall: () => undefined,
    });
    // An init ends after its time, or when the process ends.
    this.initialised = clock.sleep(initMs === 'fails' ? 0 : initMs, this.killed.signal).then(onInitialised);
    if (initMs === 'fails') queueMicrotask(() => this.kill());
  }

  get usable(): boolean {
    return !this.killed.signal.aborted;
  }

  get answeredForMs(): number | undefined {
    return this.answeredAt === undefined ? undefined : this.options.clock.now() - this.answeredAt;
  }

  async invoke(invocation: Invocation): Promise<RunOutcome> {
    const { clock, onAnswered, onFinished, onRun } = this.options;
    onRun(invocation);
    if (this.usable) await clock.sleep(Number(invocation.payload));
    onAnswered();
    if (this.usable) {
      this.answeredAt = clock.now();
      void clock.sleep(FINISHING_MS).then(() => {
        this.answeredAt = undefined;
        onFinished(this);
      });
      return { kind: 'ok', payload: this.sandbox.id };
    }
    onFinished(this);
    return platformError('Runtime.ExitError', invocation.requestId, 'the init has failed');
  }

  kill(): void {
    this.killed.abort();
    this.sandbox.emit('exit');
  }

  close(): void {
    this.kill();
  }
}
