import type { FunctionSpec } from '../specs';
import type { FunctionKey } from './function-keys';

export interface EnvironmentVariablesInput {
  readonly spec: FunctionSpec;
  readonly region: string;
  readonly key: FunctionKey;
  readonly sessionToken: string;
  readonly taskRoot: string;
  readonly logStream: string;
  /** `127.0.0.1:PORT/ENVIRONMENT-ID` */
  readonly runtimeApi: string;
  /** `http://127.0.0.1:PORT`, where the AWS SDK finds the local cloud. */
  readonly awsEndpoint: string;
  /** `127.0.0.1:PORT`. Without a daemon, functions send segments to a UDP port on which nothing listens; this causes no error. */
  readonly xrayDaemon: string | undefined;
}

/**
 * All environment variables of a function's process: the function's own, then Lambda's reserved ones, which take precedence
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime). Only PATH is
 * inherited from the local cloud's process, so that a function sees the same variables as on AWS.
 */
export function environmentVariables(input: EnvironmentVariablesInput): Record<string, string> {
  const { spec, region, key, sessionToken, taskRoot } = input;
  return {
    ...spec.environment,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${spec.runtime}`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_FORMAT: spec.logging.format,
    AWS_LAMBDA_LOG_GROUP_NAME: spec.logGroup,
    ...(spec.logging.format === 'JSON' && { AWS_LAMBDA_LOG_LEVEL: spec.logging.applicationLevel }),
    AWS_LAMBDA_LOG_STREAM_NAME: input.logStream,
    AWS_LAMBDA_RUNTIME_API: input.runtimeApi,
    AWS_REGION: region,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    AWS_XRAY_DAEMON_ADDRESS: input.xrayDaemon ?? '127.0.0.1:2000',
    LAMBDA_TASK_ROOT: taskRoot,
    LANG: 'en_US.UTF-8',
    PATH: process.env.PATH ?? '',
    TZ: ':UTC',
    _HANDLER: spec.handler,
    // These three point the AWS SDK to the local cloud; AWS does not set them. HOME keeps the SDK from reading a developer's ~/.aws.
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: input.awsEndpoint,
    HOME: taskRoot,
    // The process runs on this machine's Node.js, which may be older than the function's runtime on AWS.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}
