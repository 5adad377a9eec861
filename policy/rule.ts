import type { Expectations } from './expectations';
import type { Change, Resource, TerraformModel } from './terraform/terraform-model';

/** What a rule may ask beside the resource it looks at. */
export interface RuleContext {
  readonly model: TerraformModel;
  readonly expectations: Expectations;
  /** What is deprecated depends on the day. */
  readonly today: Date;
}

interface RuleText {
  /** Never changes: suppressions and people refer to it. */
  readonly id: string;
  /** The same checks elsewhere: checkov's ids (https://www.checkov.io/5.Policy%20Index/terraform.html). */
  readonly publicIds?: readonly string[];
  /** What must hold, and why. */
  readonly sentence: string;
  /** What to do when it does not. */
  readonly remedy: string;
}

/** Looks at resources as they will be. */
export interface ResourceRule extends RuleText {
  readonly over: 'resources';
  /** Terraform types it looks at; `*` for all. */
  readonly types: readonly string[];
  /**
   * What is wrong with a resource, one phrase a problem, never with a secret value in it; nothing when it holds.
   * @throws UndecidedError where the plan does not know
   */
  readonly check: (resource: Resource, context: RuleContext) => readonly string[];
}

/** Looks at what a plan does; a synthesized stack does nothing. */
export interface ChangeRule extends RuleText {
  readonly over: 'changes';
  readonly check: (change: Change) => readonly string[];
}

/** Looks at a stack as a whole; its verdict carries the address `provider.aws`. */
export interface StackRule extends RuleText {
  readonly over: 'stack';
  readonly check: (model: TerraformModel) => readonly string[];
}

export type Rule = ResourceRule | ChangeRule | StackRule;

export const resourceRule = (rule: Omit<ResourceRule, 'over'>): ResourceRule => ({
  over: 'resources',
  ...rule,
});

/** A problem when a condition does not hold. */
export const unless = (holds: boolean, problem: string): readonly string[] => (holds ? [] : [problem]);
