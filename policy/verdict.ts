import type { Suppression } from './suppressions';

export type RuleOutcome = 'holds' | 'violated' | 'undecided' | 'suppressed';

/** The result of one rule for one address. */
export interface RuleVerdict {
  readonly rule: string;
  readonly address: string;
  readonly outcome: RuleOutcome;
  /** The problems, or the values that are not known. Empty when the rule holds. */
  readonly problems: readonly string[];
  /** The reason for the suppression. */
  readonly reason?: string;
}

/** The results of all rules for one stack or plan. */
export interface PolicyReport {
  readonly file: string;
  /** From the command line or the stack's tags. An unknown or undefined environment must meet the expectations of prod. */
  readonly environment: string | undefined;
  readonly resources: number;
  readonly verdicts: readonly RuleVerdict[];
  /** Suppressions whose address exists although the rule holds. Delete these lines. */
  readonly unusedSuppressions: readonly Suppression[];
}
