import type { RuleSpec, TargetSpec } from '../specs';
import type { BusEvent } from './bus-event';
import type { TargetInput } from './target-input';

/** An event on its way to one target. */
export interface Delivery {
  readonly rule: RuleSpec;
  readonly target: TargetSpec;
  readonly input: TargetInput;
  readonly event: BusEvent;
  /** When the bus took the event, in ms since the epoch. */
  readonly ingestedAt: number;
  readonly traceHeader?: string;
}
