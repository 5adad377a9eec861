import { resourceRule } from '../rule';

/** Lambda's defaults are unlimited (-1): https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html */
const BOUNDS = ['maximum_retry_attempts', 'maximum_record_age_in_seconds'] as const;

export const mappingBounds = resourceRule({
  id: 'mapping-bounds',
  sentence:
    "A stream's consumer gives up a record after a set number of retries and a set age: by default one bad record blocks its shard for a day.",
  remedy: 'Set maximum_retry_attempts and maximum_record_age_in_seconds.',
  types: ['aws_lambda_event_source_mapping'],
  check: (mapping) =>
    BOUNDS.flatMap((bound) => {
      const value = mapping.optionalNumber(bound) ?? -1;
      return value < 0 ? [`${bound} is ${value === -1 ? 'unlimited' : value}`] : [];
    }),
});
