import { resourceRule, unless } from '../rule';

export const mappingPartialFailures = resourceRule({
  id: 'mapping-partial-failures',
  sentence: 'A consumer reports which records of a batch failed: otherwise one bad record repeats the good ones.',
  remedy: 'Set function_response_types to ["ReportBatchItemFailures"].',
  types: ['aws_lambda_event_source_mapping'],
  check: (mapping) =>
    unless(
      mapping.texts('function_response_types').includes('ReportBatchItemFailures'),
      'function_response_types does not have ReportBatchItemFailures',
    ),
});
