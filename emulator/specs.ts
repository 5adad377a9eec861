/**
 * The specifications that services receive at boot: one for each Terraform resource, with every reference resolved.
 * The `read` of each service creates the specifications from the synthesized JSON. Only `service.ts` and the readers of a service use
 * Terraform's terms. `address` is the Terraform address (`aws_lambda_function.forward-request`), for messages to people. Times are in ms.
 */

export interface FunctionSpec {
  readonly address: string;
  readonly name: string;
  readonly arn: string;
  /** `index.handler` */
  readonly handler: string;
  /** `nodejs22.x` */
  readonly runtime: string;
  /** Absolute path of the zip. */
  readonly codeZip: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly reservedConcurrency?: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroup: string;
  readonly logging: LoggingSpec;
  readonly roleArn: string;
  /** From `aws_lambda_function_event_invoke_config`; AWS's defaults are two retries and six hours. */
  readonly asyncInvocation: {
    readonly maxRetries: number;
    readonly maxAgeMs: number;
    readonly onSuccessArn?: string;
    readonly onFailureArn?: string;
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html */
export const LOG_LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The format of a function's log, and what is left out. In text format nothing is. */
export interface LoggingSpec {
  readonly format: 'Text' | 'JSON';
  /** For the lines of the function. */
  readonly applicationLevel: LogLevel;
  /** For the lines of Lambda itself. */
  readonly systemLevel: LogLevel;
}

export interface TableSpec {
  readonly address: string;
  readonly name: string;
  readonly arn: string;
  readonly hashKey: string;
  readonly rangeKey?: string;
  readonly attributes: readonly { readonly name: string; readonly type: 'S' | 'N' | 'B' }[];
  readonly ttlAttribute?: string;
  readonly stream?: { readonly arn: string; readonly viewType: StreamViewType };
}
export type StreamViewType = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';

/** `aws_lambda_event_source_mapping` on a DynamoDB stream. */
export interface MappingSpec {
  readonly address: string;
  readonly streamArn: string;
  readonly functionArn: string;
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  readonly batchSize: number;
  readonly batchingWindowMs: number;
  readonly parallelizationFactor: number;
  /** Filter patterns as JSON values; a record passes when any pattern matches. If there is no pattern, every record passes. */
  readonly filters: readonly unknown[];
  /** -1: no limit. */
  readonly maxRetries: number;
  /** -1: until the stream's retention ends. */
  readonly maxRecordAgeMs: number;
  readonly bisectOnError: boolean;
  readonly reportsItemFailures: boolean;
  readonly onFailureArn?: string;
}

export interface QueueSpec {
  readonly address: string;
  readonly name: string;
  readonly arn: string;
  readonly url: string;
}

/** `aws_s3_bucket` with its `aws_s3_bucket_lifecycle_configuration`. */
export interface BucketSpec {
  readonly address: string;
  readonly name: string;
  readonly arn: string;
  /** Lifecycle rules: each removes the objects with a key prefix after a number of days. */
  readonly expirations: readonly { readonly ruleId: string; readonly prefix: string; readonly days: number }[];
}

export interface EventBusSpec {
  readonly address: string;
  readonly name: string;
  readonly arn: string;
}

export interface RuleSpec {
  readonly address: string;
  readonly name: string;
  readonly arn: string;
  /** Name of the rule's bus; `default` when the stack names no bus. */
  readonly busName: string;
  readonly enabled: boolean;
  /** The event pattern as a JSON value. A rule has a pattern or a schedule. */
  readonly pattern?: unknown;
  /** `rate(1 minute)` */
  readonly schedule?: string;
  readonly targets: readonly TargetSpec[];
}

export interface TargetSpec {
  readonly address: string;
  readonly id: string;
  readonly arn: string;
  readonly input?: string;
  readonly inputTransformer?: { readonly paths: Readonly<Record<string, string>>; readonly template: string };
  readonly maxRetries: number;
  readonly maxEventAgeMs: number;
  readonly deadLetterArn?: string;
}

/**
 * What everybody needs to use a function URL of authorization type NONE: `lambda:InvokeFunctionUrl`, and `lambda:InvokeFunction` with
 * `InvokedViaFunctionUrl` (https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html).
 */
export const URL_PERMISSIONS = ['InvokeFunctionUrl', 'InvokedViaFunctionUrl'] as const;
export type UrlPermission = (typeof URL_PERMISSIONS)[number];

/**
 * `aws_lambda_permission`, or `AWS::Lambda::Permission` in an `aws_cloudformation_stack`: allows a service to invoke a function, or
 * everybody to use its URL. Without it, the invocation is refused, as on AWS.
 */
export interface PermissionSpec {
  readonly address: string;
  readonly functionName: string;
  /** The permission is for the function's URL only. */
  readonly url?: UrlPermission;
  /** `apigateway.amazonaws.com`, `events.amazonaws.com`; `*` for the permissions of a URL */
  readonly principal: string;
  /** ARN pattern with `*` and `?`; without it, every source is allowed. */
  readonly sourceArn?: string;
}

export interface HttpApiSpec {
  readonly address: string;
  readonly apiId: string;
  readonly executionArn: string;
  readonly stageName: string;
  readonly routes: readonly { readonly address: string; readonly routeKey: string; readonly integration: LambdaIntegrationSpec }[];
}

/** `aws_lambda_function_url` */
export interface FunctionUrlSpec {
  readonly address: string;
  readonly urlId: string;
  /** `http://127.0.0.1:8082/` */
  readonly url: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly invokeMode: 'BUFFERED' | 'RESPONSE_STREAM';
}

export interface LambdaIntegrationSpec {
  readonly kind: 'lambda';
  readonly address: string;
  readonly functionArn: string;
  readonly timeoutMs: number;
}

/** A MOCK integration: API Gateway returns the answer without a function. */
export interface MockIntegrationSpec {
  readonly kind: 'mock';
  readonly address: string;
  /** The template that produces `{"statusCode": N}`. */
  readonly requestTemplate: string;
  /** API Gateway fails a route whose integration has none. */
  readonly responses: readonly IntegrationResponseSpec[];
}

/** `aws_apigatewayv2_integration_response`. */
export interface IntegrationResponseSpec {
  readonly address: string;
  /** `/2\d\d/`, which is matched with the status, or `$default`. */
  readonly key: string;
  /** The template of what a client gets, if the route has a route response. */
  readonly template?: string;
}

export interface WebSocketApiSpec {
  readonly address: string;
  readonly apiId: string;
  readonly executionArn: string;
  readonly stageName: string;
  /** `$request.body.type` */
  readonly routeSelectionExpression: string;
  readonly routes: readonly WebSocketRouteSpec[];
}

export interface WebSocketRouteSpec {
  readonly address: string;
  /** `$connect`, `$disconnect`, `$default`, or a value of the selection expression. */
  readonly routeKey: string;
  readonly authorization:
    | { readonly kind: 'none' }
    | { readonly kind: 'iam' }
    | {
        readonly kind: 'lambda';
        readonly address: string;
        readonly authorizerId: string;
        readonly functionArn: string;
        /** `route.request.header.Authorization` …; a connect request that lacks one of these sources gets 401. */
        readonly identitySources: readonly string[];
      };
  readonly integration: LambdaIntegrationSpec | MockIntegrationSpec;
  /** Whether the route has a route response. Without one, nothing is sent back to the client. */
  readonly hasRouteResponse: boolean;
}

export interface ParameterSpec {
  readonly address: string;
  readonly name: string;
  readonly type: 'String' | 'SecureString';
  readonly value: string;
}

/** A policy as a JSON value with its references resolved; `emulator/iam/` parses the policy. */
export interface PolicySpec {
  /** Terraform address with the attribute: `aws_iam_role_policy.sweep-policy.policy`. */
  readonly address: string;
  readonly document: unknown;
}

/** `aws_iam_role` and its `aws_iam_role_policy` resources. */
export interface RoleSpec {
  readonly address: string;
  readonly arn: string;
  /** The trust policy: who may assume the role. */
  readonly trust: PolicySpec;
  readonly policies: readonly PolicySpec[];
}

/** The resource policy of a queue, a bucket, an event bus or a topic. */
export interface ResourcePolicySpec extends PolicySpec {
  readonly resourceArn: string;
}

export interface TopicSpec {
  readonly address: string;
  readonly name: string;
  readonly arn: string;
  /** Id, alias or ARN of the key that encrypts the topic. */
  readonly kmsKey?: string;
}

/** A statistic of one metric, by period. */
export interface MetricStatSpec {
  readonly namespace: string;
  readonly name: string;
  /** The complete set of dimensions. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** `Sum`, `Average`, `p99` … */
  readonly statistic: string;
  readonly periodMs: number;
  /** Only data in this unit counts. */
  readonly unit?: string;
}

/** A query for a metric, or for an expression that names other queries by their ids. */
export interface MetricQuerySpec {
  readonly id: string;
  readonly label?: string;
  readonly metric?: MetricStatSpec;
  readonly expression?: string;
  /** Whether the result is used: the alarm watches it, or the answer to the request contains it. */
  readonly returnsData: boolean;
}

export const COMPARISONS = {
  GreaterThanOrEqualToThreshold: 'greater than or equal to',
  GreaterThanThreshold: 'greater than',
  LessThanThreshold: 'less than',
  LessThanOrEqualToThreshold: 'less than or equal to',
} as const;
export type Comparison = keyof typeof COMPARISONS;

export const MISSING_DATA = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;

interface AlarmSpecBase {
  readonly address: string;
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly actionsEnabled: boolean;
  /** ARNs of functions and topics. */
  readonly actions: Readonly<Record<'ALARM' | 'OK' | 'INSUFFICIENT_DATA', readonly string[]>>;
}

export interface MetricAlarmSpec extends AlarmSpecBase {
  readonly kind: 'metric';
  /** Exactly one query returns data. An alarm of a single metric, without `metric_query`, has one query. */
  readonly queries: readonly MetricQuerySpec[];
  /** Whether the stack declares the alarm with `metric_query`. DescribeAlarms shows the alarm in the same form. */
  readonly usesQueries: boolean;
  readonly comparison: Comparison;
  readonly threshold: number;
  /** N of "M out of N datapoints" */
  readonly evaluationPeriods: number;
  /** M of "M out of N datapoints" */
  readonly datapointsToAlarm: number;
  readonly treatMissingData: (typeof MISSING_DATA)[number];
  /** If false, a percentile of too few samples does not change the alarm's state. */
  readonly evaluatesLowSampleCounts: boolean;
}

export interface CompositeAlarmSpec extends AlarmSpecBase {
  readonly kind: 'composite';
  /** `ALARM("a") OR ALARM("b")` */
  readonly rule: string;
}

export type AlarmSpec = MetricAlarmSpec | CompositeAlarmSpec;

/** Everything one environment's stack asks the local cloud to run. */
export interface CloudSpec {
  readonly region: string;
  readonly accountId: string;
  readonly functions: readonly FunctionSpec[];
  readonly tables: readonly TableSpec[];
  readonly mappings: readonly MappingSpec[];
  readonly queues: readonly QueueSpec[];
  readonly buckets: readonly BucketSpec[];
  readonly buses: readonly EventBusSpec[];
  readonly rules: readonly RuleSpec[];
  readonly permissions: readonly PermissionSpec[];
  readonly httpApis: readonly HttpApiSpec[];
  readonly webSocketApis: readonly WebSocketApiSpec[];
  readonly functionUrls: readonly FunctionUrlSpec[];
  readonly parameters: readonly ParameterSpec[];
  readonly roles: readonly RoleSpec[];
  readonly resourcePolicies: readonly ResourcePolicySpec[];
  readonly topics: readonly TopicSpec[];
  readonly alarms: readonly AlarmSpec[];
  /** ARNs of customers' KMS keys, by the ARN of the table, bucket, queue, topic or parameter that they encrypt. */
  readonly encryptionKeys: Readonly<Record<string, string>>;
  /** Outputs by name, resolved. */
  readonly outputs: Readonly<Record<string, string>>;
}
