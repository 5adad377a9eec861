import type { AlarmState, AlarmTransition, AlarmView } from '../../observations';
import type { AlarmSpec } from '../../specs';

/** The state of an alarm, with its reason and time. */
export interface Standing {
  readonly state: AlarmState;
  readonly reason: string;
  /** Details as JSON text, if CloudWatch gives any. */
  readonly reasonData?: string;
  /** When the alarm got this state, in ms since the epoch. */
  readonly since: number;
}

/** A change of state, with all details for the actions and the history. */
export interface Transition extends AlarmTransition {
  readonly alarm: AlarmSpec;
  readonly before: Standing;
  readonly after: Standing;
}

/** One alarm and its state. An evaluator sets the next state. */
export class Alarm<Spec extends AlarmSpec = AlarmSpec> {
  private current: Standing;

  constructor(
    readonly spec: Spec,
    createdAt: number,
  ) {
    this.current = { state: 'INSUFFICIENT_DATA', reason: 'Unchecked: Initial alarm creation', since: createdAt };
  }

  get standing(): Standing {
    return this.current;
  }

  /** Sets the state. @returns the change; undefined if the state stays the same */
  become(after: Standing): Transition | undefined {
    const before = this.current;
    if (after.state === before.state) return undefined;
    this.current = after;
    const { since: at, reason } = after;
    return { alarm: this.spec, at, name: this.spec.name, from: before.state, to: after.state, reason, before, after };
  }

  view(): AlarmView {
    const { address, name, kind, description } = this.spec;
    const { state, reason, since } = this.current;
    return { address, name, kind, description, state, reason, since };
  }
}
