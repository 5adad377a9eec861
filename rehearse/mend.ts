import type { ByCohort } from './assignments';
import type { Progress } from './progress';
import type { RehearsalCloud } from './rehearsal-cloud';

/** The way forward again after a roll-back. */
export interface Mending {
  /** `next` was refused as long as nobody had resumed. */
  readonly refusedWhileLatched: boolean;
  /** Share after resume and next. */
  readonly percent: number;
  /** Requests from then on. */
  readonly after: ByCohort;
  readonly rolledBackAgain: boolean;
}

export async function mend(_rehearsal: RehearsalCloud, _timeFactor: number, _progress: Progress): Promise<Mending> {
  throw new Error('the rollout commands are missing');
}
