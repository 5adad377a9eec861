import type { EventBusSpec, RuleSpec, TargetSpec } from '../specs';
import type { Block } from '../terraform/block';
import type { ResourceReader } from '../terraform/resource-reader';

const DEFAULT_BUS = 'default';

/** AWS's defaults: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html */
const DEFAULT_MAX_RETRIES = 185;
const DEFAULT_MAX_AGE_SECONDS = 24 * 60 * 60;

export function readBuses(reader: ResourceReader): EventBusSpec[] {
  return reader.all('aws_cloudwatch_event_bus').map((block) => ({
    address: block.address,
    name: block.text('name'),
    arn: reader.computed(block, 'arn'),
  }));
}

export function readRules(reader: ResourceReader): RuleSpec[] {
  const targets = reader.all('aws_cloudwatch_event_target');
  return reader.all('aws_cloudwatch_event_rule').map((block) => {
    const name = block.text('name');
    const busName = block.optionalText('event_bus_name') ?? DEFAULT_BUS;
    const schedule = block.optionalText('schedule_expression');
    return {
      address: block.address,
      name,
      arn: reader.computed(block, 'arn'),
      busName,
      enabled: (block.optionalText('state') ?? 'ENABLED') !== 'DISABLED',
      ...(block.has('event_pattern') && { pattern: block.json('event_pattern') }),
      ...(schedule !== undefined && { schedule }),
      targets: targets
        .filter((target) => target.text('rule') === name && (target.optionalText('event_bus_name') ?? DEFAULT_BUS) === busName)
        .map(readTarget),
    };
  });
}

function readTarget(block: Block): TargetSpec {
  const retries = block.block('retry_policy');
  const deadLetterArn = block.block('dead_letter_config')?.text('arn');
  const transformer = block.block('input_transformer');
  const input = block.optionalText('input');
  return {
    address: block.address,
    id: block.optionalText('target_id') ?? block.address,
    arn: block.text('arn'),
    ...(input !== undefined && { input }),
    ...(transformer && {
      inputTransformer: { paths: transformer.map('input_paths'), template: transformer.text('input_template') },
    }),
    maxRetries: retries?.optionalNumber('maximum_retry_attempts') ?? DEFAULT_MAX_RETRIES,
    maxEventAgeMs: (retries?.optionalNumber('maximum_event_age_in_seconds') ?? DEFAULT_MAX_AGE_SECONDS) * 1000,
    ...(deadLetterArn !== undefined && { deadLetterArn }),
  };
}
