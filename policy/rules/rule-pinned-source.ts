import { resourceRule } from '../rule';

export const rulePinnedSource = resourceRule({
  id: 'rule-pinned-source',
  sentence:
    'A rule accepts only events of named sources and types: otherwise everybody who may put events on the bus can start our functions.',
  remedy: 'Put source and detail-type into event_pattern as plain strings.',
  types: ['aws_cloudwatch_event_rule'],
  check: (rule) => {
    if (!rule.has('event_pattern'))
      return rule.has('schedule_expression') ? [] : ['the rule has neither event_pattern nor schedule_expression'];
    const pattern = rule.optionalJson('event_pattern') as Record<string, unknown>;
    return ['source', 'detail-type']
      .filter((field) => !isPinned(pattern[field]))
      .map((field) => `event_pattern does not restrict ${field}`);
  },
});

/** Whether all values are plain texts. `prefix`, `wildcard` and `anything-but` are objects. */
const isPinned = (values: unknown): boolean =>
  Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === 'string' && value !== '');
