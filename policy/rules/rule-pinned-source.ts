import { resourceRule } from '../rule';

export const rulePinnedSource = resourceRule({
  id: 'rule-pinned-source',
  sentence: 'A rule takes events of named sources and types: otherwise whoever may put events on the bus starts our functions.',
  remedy: 'Write source and detail-type into event_pattern as plain texts.',
  types: ['aws_cloudwatch_event_rule'],
  check: (rule) => {
    if (!rule.has('event_pattern')) return rule.has('schedule_expression') ? [] : ['it has neither pattern nor schedule'];
    const pattern = rule.json('event_pattern') as Record<string, unknown>;
    return ['source', 'detail-type'].filter((field) => !isPinned(pattern[field])).map((field) => `event_pattern does not pin ${field}`);
  },
});

/** Whether all values are plain texts. `prefix`, `wildcard` and `anything-but` are objects. */
const isPinned = (values: unknown): boolean =>
  Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === 'string' && value !== '');
