import { AwsEndpoint } from './aws-endpoint/aws-endpoint';
import { CallRecorder, chain } from './aws-endpoint/call-recorder';
import { LocalAlarms } from './cloudwatch/alarms/local-alarms';
import { cloudwatchService } from './cloudwatch/api/cloudwatch-service';
import { MetricStore } from './cloudwatch/metrics/metric-store';
import { dynamodbMetrics } from './cloudwatch/sources/dynamodb-metrics';
import { emfMetrics } from './cloudwatch/sources/emf-metrics';
import { ServiceMetrics } from './cloudwatch/sources/service-metrics';
import { LocalDynamoDb } from './dynamodb/local-dynamodb';
import { EventBuses } from './events/event-bus';
import { Schedules } from './events/schedules';
import { HttpApiEdge } from './gateway/http-api/http-api-edge';
import { WebSocketGateway } from './gateway/websocket/websocket-gateway';
import { checkNames } from './faults/check-names';
import { EnvironmentKiller } from './faults/environment-killer';
import { faultHooks } from './faults/fault-hooks';
import type { FaultPlan } from './faults/fault-plan';
import { Faults, NO_FAULTS } from './faults/faults';
import { GuardedQueues } from './sqs/guarded-queues';
import { GuardedStream } from './streams/guarded-stream';
import { GuardedTopics } from './sns/guarded-topics';
import { guardedLogs } from './logs/guarded-logs';
import { Iam, type AccessDecision } from './iam/iam';
import { checkLambdaRights } from './lambda/lambda-rights';
import { LogStore } from './logs/log-store';
import { LambdaService } from './lambda/lambda-service';
import { latencyHooks } from './latency/latency-hooks';
import type { Latency } from './latency/latency-profile';
import { AWS_LIMITS, type Limits } from './limits';
import type { Alarms, Metrics } from './observations';
import { newOperator } from './operator';
import { Permissions } from './iam/permissions';
import { ProcessGuard } from './process-guard';
import type { Closeable, FunctionInvoker, Interceptor, InvocationInterceptor, Logger, LogSink, Principal, Principals } from './services';
import type { CloudSpec, HttpApiSpec } from './specs';
import { LocalBuckets } from './s3/local-buckets';
import { LocalTopics } from './sns/local-topics';
import { LocalQueues } from './sqs/local-queues';
import { ssmService } from './ssm/ssm-service';
import { EventSourceMapping } from './streams/event-source-mapping';
import type { Account, Endpoints } from './terraform/computed-attributes';
import { readCloudSpec } from './terraform/read-cloud-spec';
import { ResourceNames } from './terraform/resource-names';
import { readStack } from './terraform/stack';
import { TerraformError } from './terraform/terraform-error';
import { lambdaSegments } from './xray/lambda-segments';
import type { Segment } from './xray/segment';
import { XrayDaemon } from './xray/xray-daemon';

export interface CloudOptions {
  /** `cdk.tf.json` of the stack to run. */
  readonly stackFile: string;
  readonly account: Account;
  /** Values of the stack's variables, by name. */
  readonly variables: Readonly<Record<string, string>>;
  /** Port that visitors use; 0 for any free one. */
  readonly httpPort: number;
  readonly limits?: Limits;
  /** Receives every log line of the functions. */
  readonly log: LogSink;
  /** Receives warnings for people, one line each. */
  readonly warn: (text: string) => void;
  /** Wraps every AWS call that a function makes, including refused calls. */
  readonly intercept?: Interceptor;
  /** Wraps every invocation by a gateway. */
  readonly interceptInvocation?: InvocationInterceptor;
  /** Latency profile of the services. Without a profile, the services add no waits. */
  readonly latency?: Latency | undefined;
  /** The faults to inject. */
  readonly faults?: FaultPlan | undefined;
  /** Whether every request is traced; default true. AWS Lambda traces one request per second and 5 % of the others. */
  readonly traces?: boolean;
  /** Directory for V8's code caches of the functions. Without it, every execution environment compiles its code again. */
  readonly codeCache?: string | undefined;
  /** How many execution environments may initialise at the same time; default: the number of the machine's cores. */
  readonly concurrentStarts?: number | undefined;
  /** Divides the periods of alarms and the pauses between their evaluations; default 1. It does not change clocks. */
  readonly alarmTimeFactor?: number;
  /** Whether alarms are evaluated and run their actions; default true. */
  readonly watch?: boolean;
  /** Called with every IAM decision about functions and services, from the boot on. */
  readonly onDecision?: (decision: AccessDecision) => void;
  /** Called with every segment of a sampled trace: the segments that functions send, and Lambda's own. */
  readonly onSegment?: (segment: Segment) => void;
}

/** The running services. */
export interface Services {
  readonly spec: CloudSpec;
  readonly edge: HttpApiEdge;
  readonly gateway: WebSocketGateway;
  readonly lambda: LambdaService;
  readonly dynamodb: LocalDynamoDb;
  readonly queues: LocalQueues;
  readonly buckets: LocalBuckets;
  readonly topics: LocalTopics;
  readonly buses: EventBuses;
  readonly mappings: readonly EventSourceMapping[];
  readonly schedules: Schedules;
  readonly guard: ProcessGuard;
  readonly iam: Iam;
  /** Counts the AWS calls of the functions. */
  readonly calls: CallRecorder;
  /** The running fault plan: switches faults on and off, and counts them. */
  readonly faults: Faults;
  readonly metrics: Metrics;
  readonly alarms: Alarms;
  readonly logs: LogStore;
  /** Endpoint of the AWS APIs for the SDK: `http://127.0.0.1:PORT`. */
  readonly awsEndpoint: string;
  /** The principal for AWS calls from outside the functions. */
  readonly operator: Principal;
}

/**
 * Starts the services of a stack. Each service starts after the services that it needs.
 * @param started called with each part that must be closed, also when a later part fails to start
 */
export async function bootServices(options: CloudOptions, started: <P extends Closeable>(part: P) => P): Promise<Services> {
  const { account, variables, limits = AWS_LIMITS, onDecision, alarmTimeFactor: timeFactor = 1 } = options;
  const slow = latencyHooks(options.latency);
  const { region, accountId } = account;
  const log: Logger = { warn: options.warn };
  const stack = readStack(options.stackFile);
  const read = (endpoints: Endpoints): CloudSpec => readCloudSpec(stack, { region, accountId, variables, endpoints });
  // The gateways listen first: the functions' environment variables contain the gateways' addresses with their ports.
  const apis = read({ visitors: 'http://127.0.0.1', webSockets: 'ws://127.0.0.1' });
  const permissions = new Permissions(apis.permissions);
  const operator = newOperator(accountId);
  const iam = new Iam({ spec: apis, warn: options.warn, operator, ...(onDecision && { onDecision }) });
  checkLambdaRights(iam, apis);
  checkNames(options.faults ?? NO_FAULTS, apis);
  // eslint-disable-next-line prefer-const -- assigned below, after the gateways listen
  let lambda: LambdaService;
  const invoker: FunctionInvoker = {
    invoke: (...args) => lambda.invoke(...args),
    invokeAsync: (...args) => lambda.invokeAsync(...args),
  };
  const principals: Principals = { find: (id, token) => (id === operator.accessKeyId ? operator : lambda.find(id, token)) };
  const metrics = new MetricStore({ timeFactor, log });
  const calls = new CallRecorder();
  const faults = new Faults(options.faults ?? NO_FAULTS, new ResourceNames(apis));
  const kill = (environmentId: string): void => void lambda.kill(environmentId);
  const broken = faultHooks(faults, { spec: apis, kill });
  // Observers come first in the chain, so they see what the caller sees: faults, waits and refusals.
  const intercept = chain(calls.intercept, dynamodbMetrics(metrics), options.intercept, broken.intercept, slow.intercept, iam.intercept);
  const ofGateways = intercepted(invoker, options.interceptInvocation, slow.interceptInvocation);

  const httpApi = onlyHttpApi(apis);
  const edge = started(new HttpApiEdge({ api: httpApi, invoker: ofGateways, permissions, limits: limits.httpApi, accountId, log }));
  const gateway = started(
    new WebSocketGateway({
      ...slow,
      ...broken,
      apis: apis.webSocketApis,
      invoker: ofGateways,
      permissions,
      principals,
      region,
      limits: limits.webSocket,
      intercept,
      log,
    }),
  );
  const [visitors, webSockets] = await Promise.all([edge.listen(options.httpPort), gateway.listen(0)]);
  const spec = read({ visitors: `http://127.0.0.1:${visitors.port}`, webSockets: `ws://127.0.0.1:${webSockets.port}` });

  const queues = new LocalQueues(spec.queues);
  const guardedQueues = new GuardedQueues(queues, iam);
  const buckets = new LocalBuckets(spec.buckets, {
    listingRefusal: (call, resource) => iam.refusal(call, { action: 's3:ListBucket', resource }),
  });
  const topics = new LocalTopics(spec.topics);
  const guardedTopics = new GuardedTopics(topics, iam, spec.topics);
  const alarms = new LocalAlarms({
    alarms: spec.alarms,
    metrics,
    timeFactor,
    invoker,
    permissions,
    topics: guardedTopics,
    accountId,
    region,
    log,
    targets: [...spec.functions, ...spec.topics].map(({ arn }) => arn),
  });
  const dynamodb = started(await LocalDynamoDb.start({ tables: spec.tables, limits, region, logger: log }));
  const buses = started(
    new EventBuses({
      ...slow,
      ...broken,
      buses: spec.buses,
      rules: spec.rules,
      invoker,
      permissions,
      queues: guardedQueues,
      limits: limits.events,
      accountId,
      region,
      log,
    }),
  );
  const endpoint = started(
    new AwsEndpoint({
      principals,
      services: {
        cloudwatch: cloudwatchService(metrics, alarms),
        dynamodb: dynamodb.service,
        events: buses.service,
        s3: buckets.service,
        ssm: ssmService(spec.parameters),
        sqs: queues.service,
      },
      intercept,
      region,
      logger: log,
    }),
  );
  const { url } = await endpoint.listen();
  const logs = new LogStore();
  const { onSegment = () => undefined } = options;
  const xray = started(await XrayDaemon.start(onSegment));
  const guard = started(await ProcessGuard.start());
  lambda = started(
    await LambdaService.start({
      ...slow,
      ...broken,
      functions: spec.functions,
      region,
      awsEndpoint: () => url,
      ...(options.traces !== false && { xrayDaemon: xray.address }),
      queues: guardedQueues,
      topics: guardedTopics,
      log: guardedLogs(tee(emfMetrics(metrics, log), logs.add, options.log), iam, spec.functions),
      limits: limits.lambda,
      codeCache: options.codeCache,
      concurrentStarts: options.concurrentStarts,
      guard,
    }),
  );
  lambda.events.on('invocation', (record) => lambdaSegments(record).forEach(onSegment));
  const mappings = spec.mappings.map((mapping) => {
    const source = new GuardedStream(dynamodb, iam, mapping.functionArn);
    source.open(mapping.streamArn);
    return started(
      new EventSourceMapping({
        ...slow,
        ...broken.ofMapping(mapping),
        mapping,
        source,
        invoker,
        queues: guardedQueues,
        limits: limits.stream,
        log,
      }),
    );
  });
  const schedules = started(new Schedules({ rules: spec.rules, buses, accountId, region }));
  const killer = started(new EnvironmentKiller({ faults, environments: () => lambda.environments(), kill }));
  started(new ServiceMetrics(metrics, { lambda, mappings, buses, queues, edge, httpApi, gateway }, timeFactor));
  started(alarms);
  for (const part of [...mappings, schedules, ...(options.watch === false ? [] : [alarms]), killer]) part.start();
  return {
    spec,
    edge,
    gateway,
    lambda,
    dynamodb,
    queues,
    buckets,
    topics,
    buses,
    mappings,
    schedules,
    guard,
    iam,
    calls,
    faults,
    metrics,
    alarms,
    logs,
    awsEndpoint: url,
    operator,
  };
}

/** Combines sinks: every line goes to each of them. */
const tee =
  (...sinks: readonly LogSink[]): LogSink =>
  (line) =>
    sinks.forEach((sink) => sink(line));

/** Wraps the invoker for the gateways. The first interceptor is the outermost. */
function intercepted(invoker: FunctionInvoker, ...interceptors: readonly (InvocationInterceptor | undefined)[]): FunctionInvoker {
  return interceptors.reduceRight<FunctionInvoker>(
    (inner, intercept) =>
      intercept
        ? {
            ...inner,
            invoke: (functionArn, payload, options) =>
              intercept({ functionArn, payload }, () => inner.invoke(functionArn, payload, options)),
          }
        : inner,
    invoker,
  );
}

function onlyHttpApi({ httpApis }: CloudSpec): HttpApiSpec {
  const [api, another] = httpApis;
  if (!api) throw new TerraformError('the stack has no HTTP API, so visitors could not come in');
  if (another) throw new TerraformError(`${another.address}: the local cloud has one door for visitors, and ${api.address} has it`);
  return api;
}
