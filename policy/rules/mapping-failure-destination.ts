import { resourceRule, unless } from '../rule';

export const mappingFailureDestination = resourceRule({
  id: 'mapping-failure-destination',
  sentence: "Records that a stream's consumer gives up go to a queue: otherwise nobody notices that answers were not announced.",
  remedy: 'Set destination_config.on_failure.destination_arn to a FailureQueue.',
  types: ['aws_lambda_event_source_mapping'],
  check: (mapping) => unless(mapping.has('destination_config.on_failure.destination_arn'), 'destination_config.on_failure is not set'),
});
