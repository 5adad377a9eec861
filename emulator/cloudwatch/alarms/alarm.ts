import type { AlarmState, AlarmTransition, AlarmView } from '../../observations';
import type { AlarmSpec } from '../../specs';

/** What an alarm has come to. */
export interface Standing {
  readonly state: AlarmState;
  readonly reason: string;
  /** Details as JSON text, where CloudWatch gives some. */
  readonly reasonData?: string;
  /** When it came to it, in ms since the epoch. */
  readonly since: number;
}

/** A change of state, with all that actions and the history tell of it. */
export interface Transition extends AlarmTransition {
  readonly alarm: AlarmSpec;
  readonly before: Standing;
  readonly after: Standing;
}

/** One alarm and its state; whoever evaluates it says what comes next. */
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

  /** @returns the change, if it is one */
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
