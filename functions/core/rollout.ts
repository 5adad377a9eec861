import type { Cohort, Mode } from './answer-path';

export interface Rollout {
  /** The kill switch: false makes every request poll. */
  readonly useEventDriven: boolean;
  readonly mode: Exclude<Mode, 'polling'>;
  /** Share of requests that are event-driven, 0 to 100. */
  readonly percent: number;
}

/** Assigns a request to a cohort by its id alone. A request that is event-driven at one share is event-driven at every larger share. */
export function assignCohort(requestId: string, rollout: Rollout): Cohort {
  return rollout.useEventDriven && bucketOf(requestId) < rollout.percent ? 'event-driven' : 'polling';
}

/** A request's bucket, 0 to 99: FNV-1a over UTF-16 code units, finished by MurmurHash3's mixer so that similar ids spread. */
export function bucketOf(requestId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < requestId.length; i++) hash = Math.imul(hash ^ requestId.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % 100;
}
