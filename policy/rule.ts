import type { Expectations } from './expectations';
import type { Change, Resource, TerraformModel } from './terraform/terraform-model';

/** What a rule may use besides the resource that it checks. */
export interface RuleContext {
  readonly model: TerraformModel;
  readonly expectations: Expectations;
  /** The date that decides which runtimes are deprecated. */
  readonly today: Date;
}

interface RuleText {
  /** The id never changes, because suppressions and people refer to it. */
  readonly id: string;
  /** The ids of the same checks in checkov (https://www.checkov.io/5.Policy%20Index/terraform.html). */
  readonly publicIds?: readonly string[];
  /** What must hold, and why. */
  readonly sentence: string;
  /** What to do when it does not. */
  readonly remedy: string;
}

/** Checks each resource in its planned state. */
export interface ResourceRule extends RuleText {
  readonly over: 'resources';
  /** The Terraform types that the rule checks; `*` for all. */
  readonly types: readonly string[];
  /**
   * Returns one phrase for each problem of a resource, never with a secret value in it. An empty list means that the rule holds.
   * @throws UndecidedError when the plan does not know a value
   */
  readonly check: (resource: Resource, context: RuleContext) => readonly string[];
}

/** Checks each change of a plan. A synthesized stack has no changes. */
export interface ChangeRule extends RuleText {
  readonly over: 'changes';
  readonly check: (change: Change) => readonly string[];
}

/** Checks a stack as a whole. The verdict has the address `provider.aws`. */
export interface StackRule extends RuleText {
  readonly over: 'stack';
  readonly check: (model: TerraformModel) => readonly string[];
}

export type Rule = ResourceRule | ChangeRule | StackRule;

export const resourceRule = (rule: Omit<ResourceRule, 'over'>): ResourceRule => ({
  over: 'resources',
  ...rule,
});

/** Returns the problem when the condition does not hold. */
export const unless = (holds: boolean, problem: string): readonly string[] => (holds ? [] : [problem]);
