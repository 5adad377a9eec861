import { resourceRule } from '../rule';

export const ruleDeadLetters = resourceRule({
  id: 'rule-dead-letters',
  sentence:
    'An event that a rule cannot deliver goes to a queue after a set time: by default EventBridge retries the event for a day and then drops it.',
  remedy: 'Set dead_letter_config.arn and retry_policy of the target, as RuleTarget does.',
  types: ['aws_cloudwatch_event_target'],
  check: (target) => {
    const problems = target.has('dead_letter_config.arn') ? [] : ['dead_letter_config is not set'];
    if (!target.has('retry_policy.maximum_event_age_in_seconds')) problems.push('retry_policy has no maximum age');
    if (!target.has('retry_policy.maximum_retry_attempts')) problems.push('retry_policy has no maximum of retries');
    return problems;
  },
});
