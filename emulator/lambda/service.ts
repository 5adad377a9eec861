import type { CloudService } from '../cloud-service';
import type { MetricStore } from '../cloudwatch/metrics/metric-store';
import { emfMetrics } from '../cloudwatch/sources/emf-metrics';
import { FaultRounds, type FaultTarget } from '../faults/fault-rounds';
import type { Iam } from '../iam/iam';
import { guardedLogs } from '../logs/guarded-logs';
import type { LogStore } from '../logs/log-store';
import { ProcessGuard } from '../process-guard';
import type { LogSink, Logger, Queues, Topics } from '../services';
import type { CloudSpec } from '../specs';
import type { AttributeSource } from '../terraform/computed-attributes';
import { lambdaSegments } from '../xray/lambda-segments';
import type { Segment } from '../xray/segment';
import type { XrayDaemon } from '../xray/xray-daemon';
import { LambdaService } from './lambda-service';
import { checkLambdaRights } from './lambda-rights';
import { tellsCpuTime } from './process-cpu';
import { readFunctions } from './read-functions';

interface LambdaNeeds {
  readonly iam: Iam;
  readonly awsEndpoint: string;
  readonly xrayDaemon: XrayDaemon;
  readonly recordSegment: (segment: Segment) => void;
  readonly guardedQueues: Queues;
  readonly guardedTopics: Topics;
  readonly metrics: MetricStore;
  readonly logs: LogStore;
}

export interface LambdaOffers {
  readonly lambda: LambdaService;
  readonly guard: ProcessGuard;
  readonly environmentFaults: FaultRounds;
}

const arnOf = ({ arn, own }: AttributeSource): string => arn('lambda', `function:${own('function_name')}`);

export const lambda: CloudService<Pick<CloudSpec, 'functions'>, LambdaNeeds, LambdaOffers> = {
  attributes: {
    aws_lambda_function: {
      arn: arnOf,
      invoke_arn: (source) => `arn:aws:apigateway:${source.region}:lambda:path/2015-03-31/functions/${arnOf(source)}/invocations`,
    },
  },
  read: (reader) => ({ functions: readFunctions(reader) }),
  start: async ({
    spec,
    iam,
    options,
    latencyHooks,
    faultHooks,
    faults,
    functions,
    metrics,
    logs,
    xrayDaemon,
    recordSegment,
    started,
    ...cloud
  }) => {
    const { region, log, limits, awsEndpoint, guardedQueues, guardedTopics } = cloud;
    checkLambdaRights(iam, spec);
    const guard = started(await ProcessGuard.start());
    const lambda = started(
      await LambdaService.start({
        ...latencyHooks,
        ...faultHooks,
        functions: spec.functions,
        region,
        awsEndpoint: () => awsEndpoint,
        ...(options.traces !== false && { xrayDaemon: xrayDaemon.address }),
        queues: guardedQueues,
        topics: guardedTopics,
        log: guardedLogs(tee(emfMetrics(metrics, log), logs.add, options.log), iam, spec.functions),
        limits: limits.lambda,
        codeCache: options.codeCache,
        concurrentStarts: options.concurrentStarts,
        cpuShare: possibleCpuShare(options.cpuShare, log),
        guard,
      }),
    );
    functions.connect(lambda);
    lambda.events.on('invocation', (record) => lambdaSegments(record).forEach(recordSegment));
    const targets = (): FaultTarget[] =>
      lambda.environments().map(({ id, functionName }) => ({
        subject: { function: functionName },
        strike: ({ do: act, forMs = 0 }) => void (act === 'freeze' ? lambda.stall(id, forMs) : lambda.kill(id)),
      }));
    const environmentFaults = started(new FaultRounds({ faults, place: 'environments', targets }));
    return { lambda, guard, environmentFaults };
  },
  begin: ({ environmentFaults }) => environmentFaults.start(),
};

/** Functions have whole cores, and a warning says so, where the CPU time of a process cannot be read. */
export function possibleCpuShare(wanted: boolean | undefined, log: Logger, isPossible = tellsCpuTime()): boolean {
  if (wanted && !isPossible) log.warn(NO_CPU_SHARE);
  return wanted === true && isPossible;
}

const NO_CPU_SHARE =
  'the latency profile gives functions the share of a core that their memory buys, but this system does not tell the CPU time of a process: functions have whole cores; use Linux for figures like those of AWS';

/** Combines sinks: every line goes to each of them. */
const tee =
  (...sinks: readonly LogSink[]): LogSink =>
  (line) =>
    sinks.forEach((sink) => sink(line));
