import type { RuleSpec, TargetSpec } from '../specs';
import { serviceOf, TARGET_SERVICES } from './delivery-attempt';
import { compilePattern, EventPatternError } from './event-pattern';
import type { EventMatcher } from './event-pattern';
import { EventsBootError } from './events-boot-error';
import { compileTargetInput } from './target-input';
import type { TargetInput } from './target-input';

export interface CompiledRule {
  readonly spec: RuleSpec;
  /** Always false for a rule that is disabled or that has only a schedule. */
  readonly matches: EventMatcher;
  readonly targets: readonly { readonly target: TargetSpec; readonly input: TargetInput }[];
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MAX_TARGETS = 5;

/** @throws EventPatternError or EventsBootError, with the Terraform address */
export function compileRule(spec: RuleSpec): CompiledRule {
  if (spec.pattern === undefined && spec.schedule === undefined) {
    throw new EventsBootError(spec.address, 'has neither event_pattern nor schedule_expression; set one of them');
  }
  if (spec.targets.length > MAX_TARGETS) {
    throw new EventsBootError(spec.address, `has ${spec.targets.length} targets, EventBridge allows ${MAX_TARGETS}; add a rule`);
  }
  const matches =
    spec.pattern === undefined
      ? (): boolean => false
      : EventPatternError.at(`${spec.address}: event_pattern`, () => compilePattern(spec.pattern));
  return {
    spec,
    matches: spec.enabled ? matches : () => false,
    targets: spec.targets.map((target) => ({
      target: supported(target),
      input: compileTargetInput(spec, target),
    })),
  };
}

function supported(target: TargetSpec): TargetSpec {
  if (TARGET_SERVICES.includes(serviceOf(target.arn))) return target;
  throw new EventsBootError(target.address, `the local cloud delivers to ${TARGET_SERVICES.join(' and ')}, not to ${target.arn}`);
}
