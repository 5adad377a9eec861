import { expectationsOf } from './expectations';
import type { Rule, RuleContext } from './rule';
import { RULES } from './rules';
import { covers, SUPPRESSIONS, type Suppression } from './suppressions';
import { UndecidedError } from './terraform/planned-reading';
import type { TerraformModel } from './terraform/terraform-model';
import type { PolicyReport, RuleVerdict } from './verdict';

export interface CheckOptions {
  /** Default: the stack's own tag `environment`. */
  readonly environment?: string;
  /** The date that decides which runtimes are deprecated. */
  readonly today: Date;
  readonly rules?: readonly Rule[];
  readonly suppressions?: readonly Suppression[];
}

/** Runs the rules over a stack or a plan. */
export function checkPolicy(model: TerraformModel, options: CheckOptions): PolicyReport {
  const { today, rules = RULES, suppressions = SUPPRESSIONS } = options;
  const environment = options.environment ?? model.defaultTags['environment'];
  const context = { model, expectations: expectationsOf(environment), today };
  const verdicts = rules.flatMap((rule) => verdictsOf(rule, context)).map((verdict) => suppress(verdict, suppressions, environment));
  return {
    file: model.file,
    environment,
    resources: model.resources.length,
    verdicts,
    unusedSuppressions: suppressions.filter((suppression) => isUnused(suppression, verdicts, environment)),
  };
}

function verdictsOf(rule: Rule, context: RuleContext): RuleVerdict[] {
  switch (rule.over) {
    case 'resources':
      return context.model.resources
        .filter(({ type }) => rule.types.includes('*') || rule.types.includes(type))
        .map((resource) => decide(rule, resource.address, () => rule.check(resource, context)));
    case 'changes':
      return context.model.changes.map((change) => decide(rule, change.address, () => rule.check(change)));
    case 'stack':
      return [decide(rule, 'provider.aws', () => rule.check(context.model))];
  }
}

function decide({ id }: Rule, address: string, check: () => readonly string[]): RuleVerdict {
  try {
    const problems = check();
    return { rule: id, address, outcome: problems.length > 0 ? 'violated' : 'holds', problems };
  } catch (error) {
    if (!(error instanceof UndecidedError)) throw error;
    return { rule: id, address, outcome: 'undecided', problems: [error.message] };
  }
}

function suppress(verdict: RuleVerdict, suppressions: readonly Suppression[], environment: string | undefined): RuleVerdict {
  if (verdict.outcome !== 'violated') return verdict;
  const suppression = suppressions.find((candidate) => covers(candidate, verdict.rule, verdict.address, environment));
  return suppression ? { ...verdict, outcome: 'suppressed', reason: suppression.reason } : verdict;
}

/** Whether the suppression's rule judged its address here and found no violation to suppress. */
function isUnused(suppression: Suppression, verdicts: readonly RuleVerdict[], environment: string | undefined): boolean {
  const covered = verdicts.filter(({ rule, address }) => covers(suppression, rule, address, environment));
  return covered.length > 0 && covered.every(({ outcome }) => outcome === 'holds');
}
