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
  /** `127.0.0.1:PORT`; without one segments go where nobody listens, which UDP does not notice. */
  readonly xrayDaemon: string | undefined;
}

/**
 * The whole environment of a function's process: its own variables, then Lambda's reserved ones, which win
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime). Nothing is
 * inherited from the local cloud's own environment but PATH: a function sees locally what it will see on AWS.
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
    AWS_LAMBDA_LOG_GROUP_NAME: spec.logGroup,
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
    // What points the AWS SDK here; AWS sets none of these three. HOME keeps it from reading a developer's ~/.aws.
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: input.awsEndpoint,
    HOME: taskRoot,
    // The process runs on this machine's Node.js, which may be older than the runtime that it is deployed to.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}
