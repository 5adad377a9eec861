import { resourceRule } from '../rule';

export const mappingFilter = resourceRule({
  id: 'mapping-filter',
  sentence:
    "A stream's consumer is started only for the changes that it needs: without a filter, every write of a visitor's request starts an invocation.",
  remedy: 'Set filter_criteria.filter.pattern (modules/response-stream.ts).',
  types: ['aws_lambda_event_source_mapping'],
  check: (mapping) => {
    const filters = mapping.blocks('filter_criteria').flatMap((criteria) => criteria.blocks('filter'));
    if (filters.length === 0) return ['filter_criteria is not set'];
    return filters
      .filter((filter) => Object.keys(filter.optionalJson('pattern') ?? {}).length === 0)
      .map(() => 'a filter lets everything through');
  },
});
