import { EventEmitter } from 'node:events';
import type { Clock } from '../clock';
import { backgroundClock } from '../background-clock';
import { generator } from '../latency/latency-profile';
import type { ResourceNames } from '../terraform/resource-names';
import { ActiveFault, type Acts, type FaultCount } from './active-fault';
import { FaultPlanError, type Fault, type FaultPlan, type FaultPlace } from './fault-plan';

/** Fields of a call, invocation, frame etc. that passes a place, by the names that `match` uses. */
export type Subject = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Strike {
  readonly at: number;
  readonly name: string;
}

export const NO_FAULTS: FaultPlan = { seed: 1, faults: [] };

/** Runs a fault plan in one local cloud. Programs switch its faults on and off: `faults.begin('wake-posts-fail')`. */
export class Faults {
  readonly events = new EventEmitter<{ strike: [Strike] }>();
  private readonly active: readonly ActiveFault[];

  constructor(
    plan: FaultPlan,
    private readonly names: ResourceNames,
    clock: Clock = backgroundClock,
  ) {
    this.active = plan.faults.map(
      (fault, index) =>
        new ActiveFault(fault, {
          clock,
          random: generator(plan.seed, index),
          onStrike: ({ name }) => this.events.emit('strike', { at: clock.now(), name }),
        }),
    );
  }

  /** Switches a fault on; its times in the plan no longer count. @throws FaultPlanError for a name that the plan does not have */
  begin(name: string): void {
    this.named(name).switch(true);
  }

  /** Switches a fault off until `begin` switches it on again. @throws FaultPlanError */
  end(name: string): void {
    this.named(name).switch(false);
  }

  /** How often each fault has matched and struck so far, by name. */
  counts(): Readonly<Record<string, FaultCount>> {
    return Object.fromEntries(this.active.map(({ fault, count }) => [fault.name, count]));
  }

  /** Whether the plan has a fault for a place. If not, the place needs no hook. */
  concern(place: FaultPlace): boolean {
    return this.active.some(({ fault }) => fault.on === place);
  }

  /** Runs `next` through all faults of a place that match `subject`. The first fault of the plan is the outermost. */
  pass<T>(place: FaultPlace, subject: Subject, next: () => Promise<T>, acts: (fault: Fault) => Acts<T>): Promise<T> {
    return this.matching(place, subject).reduceRight<() => Promise<T>>(
      (inner, active) => () => active.disturb(inner, acts(active.fault)),
      next,
    )();
  }

  matching(place: FaultPlace, subject: Subject): readonly ActiveFault[] {
    return this.active.filter(({ fault }) => fault.on === place && this.matches(fault, subject));
  }

  /** All faults of a place, for places such as `environments` where the fault itself looks for its subjects. */
  at(place: FaultPlace): readonly ActiveFault[] {
    return this.active.filter(({ fault }) => fault.on === place);
  }

  matches({ match = {} }: Fault, subject: Subject): boolean {
    return Object.entries(match).every(([field, name]) => {
      if (name === undefined) return true;
      const value = subject[field];
      return (typeof value === 'object' ? value : [value]).some((each) => each !== undefined && this.names.isNamed(each, name));
    });
  }

  private named(name: string): ActiveFault {
    const found = this.active.find(({ fault }) => fault.name === name);
    if (found) return found;
    const known = this.active.map(({ fault }) => fault.name).join(', ');
    throw new FaultPlanError(`the fault plan has no fault "${name}"; the plan has ${known || 'none'}`);
  }
}
