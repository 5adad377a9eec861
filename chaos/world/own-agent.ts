import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentOptions } from '../../agent';
import type { ProcessGuard } from '../../emulator/process-guard';
import type { FromAgent, ToAgent } from './agent-program';
import type { HonestAgent } from './lab-agent';

export interface OwnAgentOptions {
  /** The built program. */
  readonly program: string;
  readonly guard: ProcessGuard;
  readonly agent: AgentOptions & { readonly name: string };
  /** Called with the id of each process, so that the lab can see that all of them have ended. */
  readonly onProcess: (pid: number) => void;
}

/** A process that does not end as it should is killed after this time, in ms. */
const STOP_MS = 10_000;
const START_MS = 20_000;

/** The agent of this project, in a process of its own. */
export class OwnAgent implements HonestAgent {
  private child: ChildProcess | undefined;
  private offsetMs = 0;
  /** Changes of one agent wait for each other. */
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly options: OwnAgentOptions) {}

  get tunnelId(): string {
    return this.options.agent.name;
  }

  start(): Promise<void> {
    return this.inTurn(async () => {
      const connected = this.spawn();
      await Promise.race([connected, sleep(START_MS, undefined, { ref: false })]);
    });
  }

  crash(forMs: number): Promise<void> {
    return this.inTurn(async () => {
      await this.kill();
      await sleep(forMs);
      void this.spawn();
    });
  }

  sleep(forMs: number): Promise<void> {
    return this.inTurn(async () => {
      const { child } = this;
      child?.kill('SIGSTOP');
      await sleep(forMs);
      child?.kill('SIGCONT');
    });
  }

  /** Ends as it should, and comes back. */
  restart(): Promise<void> {
    return this.inTurn(async () => {
      await this.end();
      void this.spawn();
    });
  }

  /** From now on its wall clock is off by so much. */
  setClock(offsetMs: number): void {
    this.offsetMs = offsetMs;
    this.send({ offsetMs });
  }

  /** How many streams are not over; 0 when the process does not tell. */
  async openStreams(): Promise<number> {
    const { child } = this;
    if (!child?.connected) return 0;
    const told = new Promise<number>((resolve) => {
      const hear = (message: FromAgent): void => {
        if (!('streams' in message)) return;
        child.off('message', hear);
        resolve(message.streams);
      };
      child.on('message', hear);
    });
    this.send({ count: true });
    return Promise.race([told, sleep(STOP_MS, 0, { ref: false })]);
  }

  stop(): Promise<void> {
    return this.inTurn(() => this.end());
  }

  /** Starts the process. @returns resolves when it has a tunnel, or has ended */
  private spawn(): Promise<void> {
    const { agent, guard, onProcess, program } = this.options;
    const child = fork(program, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: [] });
    guard.watch(child);
    child.on('error', () => undefined);
    if (child.pid !== undefined) onProcess(child.pid);
    this.child = child;
    this.send({ offsetMs: this.offsetMs });
    this.send({ start: agent });
    return new Promise((resolve) => {
      child.on('message', (message: FromAgent) => {
        if ('connected' in message) resolve();
      });
      child.once('exit', () => resolve());
    });
  }

  private async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  private async end(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    this.send({ stop: true });
    await Promise.race([ended, sleep(STOP_MS, undefined, { ref: false })]);
    await this.kill();
  }

  private send(message: ToAgent): void {
    // A process that has just been killed has no channel any more.
    if (this.child?.connected) this.child.send(message, () => undefined);
  }

  private inTurn(change: () => Promise<void>): Promise<void> {
    return (this.last = this.last.then(change));
  }
}
