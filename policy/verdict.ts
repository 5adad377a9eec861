import type { Suppression } from './suppressions';

export type Outcome = 'holds' | 'violated' | 'undecided' | 'suppressed';

/** What one rule says about one address. */
export interface Verdict {
  readonly rule: string;
  readonly address: string;
  readonly outcome: Outcome;
  /** What is wrong, or what is not known; empty when it holds. */
  readonly problems: readonly string[];
  /** Why it is suppressed. */
  readonly reason?: string;
}

/** What all rules say about one stack or plan. */
export interface PolicyReport {
  readonly file: string;
  /** As its tags say, or as it was told; undefined for one that is not ours: it is measured by what prod is asked for. */
  readonly environment: string | undefined;
  readonly resources: number;
  readonly verdicts: readonly Verdict[];
  /** Suppressions whose address is here while the rule holds: lines to delete. */
  readonly unusedSuppressions: readonly Suppression[];
}
