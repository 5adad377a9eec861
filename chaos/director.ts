import { setTimeout as sleep } from 'node:timers/promises';
import type { Happened } from './judge/history';
import { kindOf, type Happening } from './plan/plan';
import type { World } from './world/world';

/** Lets everything happen that a plan says, when its time has come. */
export class Director {
  private readonly begun: (Happened & { to: number })[] = [];
  private readonly running = new Set<Promise<void>>();
  /** How many happenings want a fault to be on. */
  private readonly wanted = new Map<string, number>();
  private next = 0;

  /** @param happenings in the order in which they begin */
  constructor(
    private readonly world: World,
    private readonly happenings: readonly Happening[],
  ) {}

  /** What has happened so far, and what happens now. */
  get happened(): readonly Happened[] {
    return this.begun;
  }

  get onNow(): readonly string[] {
    return this.begun.filter(({ to }) => to === Infinity).map(({ kind }) => kind);
  }

  /** Begins what is to happen before the request with this index. */
  reach(index: number): void {
    for (; (this.happenings[this.next]?.before ?? Infinity) <= index; this.next++) {
      const happening = this.happenings[this.next] as Happening;
      const running = this.run(happening).finally(() => this.running.delete(running));
      this.running.add(running);
    }
  }

  /** Resolves when nothing happens any more. */
  async ended(): Promise<void> {
    await Promise.all(this.running);
  }

  private async run(happening: Happening): Promise<void> {
    const tunnel = 'agent' in happening ? { tunnel: happening.agent } : {};
    const record = { kind: kindOf(happening), ...tunnel, from: Date.now(), to: Infinity };
    this.begun.push(record);
    await this.perform(happening);
    record.to = Date.now();
  }

  private async perform(happening: Happening): Promise<void> {
    const { honest, own, hostile } = this.world;
    switch (happening.do) {
      case 'fault':
        return this.break(happening.fault, happening.forMs);
      case 'crash':
        return honest.get(happening.agent)?.crash(happening.forMs);
      case 'sleep':
        return honest.get(happening.agent)?.sleep(happening.forMs);
      case 'restart':
        return own.get(happening.agent)?.restart();
      case 'clock':
        return own.get(happening.agent)?.setClock(happening.offsetMs);
      case 'rollout':
        // A fault may keep the operator from it: the share then stays as it is.
        return this.world.setPercent(happening.percent).catch(() => undefined);
      case 'attack':
        return hostile?.attack(happening.attack, happening.forMs);
    }
  }

  private async break(name: string, forMs: number): Promise<void> {
    const { faults } = this.world.cloud.services;
    this.wanted.set(name, (this.wanted.get(name) ?? 0) + 1);
    faults.begin(name);
    await sleep(forMs);
    const others = (this.wanted.get(name) ?? 1) - 1;
    this.wanted.set(name, others);
    if (others === 0) faults.end(name);
  }
}
