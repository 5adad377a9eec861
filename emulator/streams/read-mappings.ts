import type { MappingSpec } from '../specs';
import type { ResourceReader } from '../terraform/resource-reader';
import { TerraformError } from '../terraform/terraform-error';

/** AWS's defaults: https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html */
const DEFAULT_BATCH_SIZE = 100;
const WITHOUT_END = -1;

export function readMappings(reader: ResourceReader): MappingSpec[] {
  return reader.all('aws_lambda_event_source_mapping').map((block) => {
    const maxAgeSeconds = block.optionalNumber('maximum_record_age_in_seconds') ?? WITHOUT_END;
    const onFailureArn = block.block('destination_config')?.block('on_failure')?.text('destination_arn');
    const startingPosition = block.text('starting_position');
    if (startingPosition !== 'TRIM_HORIZON' && startingPosition !== 'LATEST') {
      throw new TerraformError(`${block.address}.starting_position is ${startingPosition}: use TRIM_HORIZON or LATEST`);
    }
    return {
      address: block.address,
      streamArn: block.text('event_source_arn'),
      functionArn: functionArnOf(block.text('function_name'), reader),
      startingPosition,
      batchSize: block.optionalNumber('batch_size') ?? DEFAULT_BATCH_SIZE,
      batchingWindowMs: (block.optionalNumber('maximum_batching_window_in_seconds') ?? 0) * 1000,
      parallelizationFactor: block.optionalNumber('parallelization_factor') ?? 1,
      filters: (block.block('filter_criteria')?.blocks('filter') ?? []).map((filter) => filter.json('pattern')),
      maxRetries: block.optionalNumber('maximum_retry_attempts') ?? WITHOUT_END,
      maxRecordAgeMs: maxAgeSeconds === WITHOUT_END ? WITHOUT_END : maxAgeSeconds * 1000,
      bisectOnError: block.flag('bisect_batch_on_function_error'),
      reportsItemFailures: block.texts('function_response_types').includes('ReportBatchItemFailures'),
      ...(onFailureArn !== undefined && { onFailureArn }),
    };
  });
}

/** The function of a mapping is given by its name or by its ARN. */
function functionArnOf(nameOrArn: string, reader: ResourceReader): string {
  if (nameOrArn.startsWith('arn:')) return nameOrArn;
  const block = reader.all('aws_lambda_function').find((candidate) => candidate.text('function_name') === nameOrArn);
  if (!block)
    throw new TerraformError(
      `an event source mapping names the function ${nameOrArn}, which the stack does not have: correct function_name`,
    );
  return reader.computed(block, 'arn');
}
