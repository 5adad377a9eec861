import { resourceRule, unless } from '../rule';

export const mappingPartialFailures = resourceRule({
  id: 'mapping-partial-failures',
  sentence: "A stream's consumer reports which records of a batch failed: otherwise Lambda also repeats the good records of the batch.",
  remedy: 'Set function_response_types to ["ReportBatchItemFailures"].',
  types: ['aws_lambda_event_source_mapping'],
  check: (mapping) =>
    unless(
      mapping.texts('function_response_types').includes('ReportBatchItemFailures'),
      'function_response_types does not have ReportBatchItemFailures',
    ),
});
