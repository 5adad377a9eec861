import path from 'node:path';
import { LOG_LEVELS, type FunctionSpec, type LoggingSpec, type LogLevel } from '../specs';
import type { Block } from '../terraform/block';
import type { ResourceReader } from '../terraform/resource-reader';
import { TerraformError } from '../terraform/terraform-error';
import { isLogLevel } from './log-level';

/** AWS's defaults: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html */
const DEFAULT_ASYNC = { maxRetries: 2, maxAgeMs: 6 * 60 * 60 * 1000 };
const DEFAULT_TIMEOUT_SECONDS = 3;
const DEFAULT_MEMORY_MB = 128;
/** Terraform writes "no reservation" as -1. */
const NO_RESERVATION = -1;

export function readFunctions(reader: ResourceReader): FunctionSpec[] {
  return reader.all('aws_lambda_function').map((block) => {
    const name = block.text('function_name');
    const reserved = block.optionalNumber('reserved_concurrent_executions') ?? NO_RESERVATION;
    return {
      address: block.address,
      name,
      arn: reader.computed(block, 'arn'),
      handler: block.text('handler'),
      runtime: block.text('runtime'),
      codeZip: path.resolve(reader.stack.directory, block.text('filename')),
      timeoutMs: (block.optionalNumber('timeout') ?? DEFAULT_TIMEOUT_SECONDS) * 1000,
      memoryMb: block.optionalNumber('memory_size') ?? DEFAULT_MEMORY_MB,
      ...(reserved !== NO_RESERVATION && { reservedConcurrency: reserved }),
      environment: block.block('environment')?.map('variables') ?? {},
      logGroup: block.block('logging_config')?.optionalText('log_group') ?? `/aws/lambda/${name}`,
      logging: loggingOf(block),
      roleArn: block.text('role'),
      asyncInvocation: asyncInvocationOf(name, reader),
    };
  });
}

/** Without levels, JSON begins at INFO. Text has no levels: AWS refuses them. */
function loggingOf(block: Block): LoggingSpec {
  const config = block.block('logging_config');
  const format = config?.text('log_format') ?? 'Text';
  const level = (name: string, choices: readonly LogLevel[]): LogLevel | undefined => {
    const value = config?.optionalText(name);
    if (value === undefined) return undefined;
    if (format !== 'JSON') throw new TerraformError(`${block.address}: ${name} needs log_format = "JSON"`);
    if (isLogLevel(value) && choices.includes(value)) return value;
    throw new TerraformError(`${block.address}: ${name} is ${value}; it may be ${choices.join(', ')}`);
  };
  if (format !== 'Text' && format !== 'JSON') throw new TerraformError(`${block.address}: log_format is ${format}; it may be Text, JSON`);
  return {
    format,
    applicationLevel: level('application_log_level', LOG_LEVELS) ?? 'INFO',
    systemLevel: level('system_log_level', ['DEBUG', 'INFO', 'WARN']) ?? 'INFO',
  };
}

function asyncInvocationOf(functionName: string, reader: ResourceReader): FunctionSpec['asyncInvocation'] {
  const config = reader.all('aws_lambda_function_event_invoke_config').find((block) => block.text('function_name') === functionName);
  if (!config) return DEFAULT_ASYNC;
  const maxAgeSeconds = config.optionalNumber('maximum_event_age_in_seconds');
  const destinations = config.block('destination_config');
  const onSuccessArn = destinations?.block('on_success')?.text('destination');
  const onFailureArn = destinations?.block('on_failure')?.text('destination');
  return {
    maxRetries: config.optionalNumber('maximum_retry_attempts') ?? DEFAULT_ASYNC.maxRetries,
    maxAgeMs: maxAgeSeconds === undefined ? DEFAULT_ASYNC.maxAgeMs : maxAgeSeconds * 1000,
    ...(onSuccessArn !== undefined && { onSuccessArn }),
    ...(onFailureArn !== undefined && { onFailureArn }),
  };
}

/** Extracts the function's ARN from the invoke ARN that API Gateway uses. */
export function functionArnIn(invokeArn: string, where: string): string {
  const arn = /\/functions\/(arn:.*)\/invocations$/.exec(invokeArn)?.[1];
  if (arn === undefined)
    throw new TerraformError(
      `${where}: ${invokeArn} is not the invoke_arn of a function; refer to the invoke_arn of an aws_lambda_function`,
    );
  return arn;
}
