/** The execution environments of one function: which one runs an invocation, and when there is none. */
import type { ExecutionEnvironment, InvokeResult } from '../services';
import type { FunctionSpec } from '../specs';
import type { Concurrency } from './concurrency';
import type { FunctionEnvironment } from './function-environment';
import { platformError } from './invocation';
import type { Invocation } from './invocation';

/**
 * How long an invocation waits for an environment that has answered and is about to be free, before it starts another.
 * On AWS the answer has yet to travel to the invoker, and an environment is free when the next request arrives; here that
 * request can be a microtask away.
 */
const FINISHING_MS = 50;

export interface FunctionPoolOptions {
  readonly spec: FunctionSpec;
  readonly concurrency: Concurrency;
  /** Ends environments that nobody has used for so long, in ms. */
  readonly idleMs: number;
  readonly start: () => FunctionEnvironment;
  readonly beforeColdStart?: (functionName: string) => Promise<void>;
}

interface Idle {
  readonly environment: FunctionEnvironment;
  readonly timer: NodeJS.Timeout;
}

export class FunctionPool {
  private readonly environments = new Set<FunctionEnvironment>();
  /** The most recently used one last. */
  private readonly idle: Idle[] = [];
  private readonly waiting: ((environment: FunctionEnvironment) => void)[] = [];
  private closed = false;

  constructor(private readonly options: FunctionPoolOptions) {}

  get sandboxes(): ExecutionEnvironment[] {
    return [...this.environments].map(({ sandbox }) => sandbox);
  }

  async invoke(invocation: Invocation): Promise<InvokeResult> {
    const { spec, concurrency } = this.options;
    const finishing = this.idle.length === 0 ? await this.finishingEnvironment() : undefined;
    if (finishing) return finishing.invoke(invocation);
    const reason = concurrency.take(spec);
    if (reason) return { kind: 'throttled', reason };
    const environment = this.takeIdle() ?? (await this.coldStart());
    if (environment) return environment.invoke(invocation);
    return platformError(
      'ServiceException',
      invocation.requestId,
      'the local cloud is closing; start it again',
    );
  }

  /** An invocation of `environment` is over: it goes to who waits for it, or is frozen, or has ended. */
  onFinished(environment: FunctionEnvironment): void {
    const waiter = environment.usable ? this.waiting.shift() : undefined;
    if (waiter) return waiter(environment);
    this.options.concurrency.release(this.options.spec);
    if (!environment.usable) return;
    environment.sandbox.freeze();
    const timer = setTimeout(() => environment.kill(), this.options.idleMs).unref();
    this.idle.push({ environment, timer });
  }

  kill(environmentId: string): boolean {
    const environment = [...this.environments].find(({ sandbox }) => sandbox.id === environmentId);
    environment?.kill();
    return environment !== undefined;
  }

  /** Kills every environment, frozen or not, and waits until all have gone. Their invocations end with Runtime.ExitError. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(
      [...this.environments].map((environment) => {
        const gone = new Promise<void>((resolve) => environment.sandbox.once('exit', resolve));
        environment.kill();
        return gone;
      }),
    );
  }

  private takeIdle(): FunctionEnvironment | undefined {
    for (let idle = this.idle.pop(); idle; idle = this.idle.pop()) {
      clearTimeout(idle.timer);
      if (idle.environment.usable) return idle.environment;
    }
    return undefined;
  }

  /** An environment that becomes free within the moment, and keeps the concurrency that its last invocation holds. */
  private async finishingEnvironment(): Promise<FunctionEnvironment | undefined> {
    const finishing = [...this.environments].filter(({ isFinishing }) => isFinishing).length;
    if (finishing <= this.waiting.length) return undefined;
    return new Promise((resolve) => {
      const waiter = (environment: FunctionEnvironment): void => {
        clearTimeout(timer);
        resolve(environment);
      };
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(waiter), 1);
        resolve(undefined);
      }, FINISHING_MS);
      this.waiting.push(waiter);
    });
  }

  /** @returns undefined when the service was closed meanwhile */
  private async coldStart(): Promise<FunctionEnvironment | undefined> {
    const { spec, concurrency, start, beforeColdStart } = this.options;
    try {
      await beforeColdStart?.(spec.name);
      if (this.closed) {
        concurrency.release(spec);
        return undefined;
      }
      const environment = start();
      this.environments.add(environment);
      environment.sandbox.once('exit', () => this.forget(environment));
      return environment;
    } catch (error) {
      concurrency.release(spec);
      throw error;
    }
  }

  private forget(environment: FunctionEnvironment): void {
    this.environments.delete(environment);
    const index = this.idle.findIndex((idle) => idle.environment === environment);
    if (index >= 0) clearTimeout(this.idle.splice(index, 1)[0]?.timer);
  }
}
