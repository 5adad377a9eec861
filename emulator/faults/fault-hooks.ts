import type { CloudSpec, MappingSpec, TargetSpec } from '../specs';
import type { DeliveryInterceptor } from '../events/target-delivery';
import type { FrameInterceptor } from '../gateway/websocket/gateway-connection';
import type { RunInterceptor } from '../lambda/lambda-service';
import { AwsError, type AwsCall, type AwsReply, type Interceptor, type InvokeResult } from '../services';
import { tablesOf } from '../aws-endpoint/call-recorder';
import type { RecordInterceptor } from '../streams/event-source-mapping';
import { labelOf } from '../terraform/resource-names';
import type { Fault } from './fault-plan';
import type { Faults } from './faults';

/** Hooks through which a fault plan acts on the services of the local cloud. A place that the plan does not name has no hook. */
export interface FaultHooks {
  readonly intercept?: Interceptor;
  readonly interceptRun?: RunInterceptor;
  readonly interceptDelivery?: DeliveryInterceptor;
  readonly interceptFrame?: FrameInterceptor;
  ofMapping(mapping: MappingSpec): { readonly beforeRead?: () => Promise<void>; readonly interceptRecord?: RecordInterceptor };
}

export interface FaultHooksOptions {
  readonly spec: Pick<CloudSpec, 'webSocketApis'>;
  /** Ends an execution environment. */
  readonly kill: (environmentId: string) => void;
}

const never = (): Promise<never> => new Promise(() => undefined);
const why = ({ name }: Fault): string => `fault "${name}" of the fault plan`;

export function faultHooks(faults: Faults, { spec, kill }: FaultHooksOptions): FaultHooks {
  const apiNamed = (apiId: unknown): string | undefined => {
    const api = spec.webSocketApis.find((each) => each.apiId === apiId);
    return api && labelOf(api.address);
  };
  return {
    ...(faults.concern('calls') && { intercept: callFaults(faults, apiNamed, kill) }),
    ...(faults.concern('invocations') && { interceptRun: runFaults(faults) }),
    ...(faults.concern('deliveries') && { interceptDelivery: deliveryFaults(faults) }),
    ...(faults.concern('frames') && { interceptFrame: frameFaults(faults, apiNamed) }),
    ofMapping: ({ functionArn }) => ({
      ...(faults.concern('stream-reads') && { beforeRead: readFaults(faults, functionArn) }),
      ...(faults.concern('stream-records') && { interceptRecord: recordFaults(faults, functionArn) }),
    }),
  };
}

function callFaults(faults: Faults, apiNamed: (apiId: unknown) => string | undefined, kill: FaultHooksOptions['kill']): Interceptor {
  return (call, next) => {
    const { caller, service, operation, input } = call;
    const subject = { caller: caller.functionName, service, operation, table: tablesOf(input), api: apiNamed(input['apiId']) };
    return faults.pass<AwsReply>('calls', subject, next, (fault) => ({
      fail: () => Promise.reject(refusal(fault)),
      'fail-after': async (perform) => {
        await perform();
        throw refusal(fault);
      },
      throttle: () => Promise.reject(throttling(call, fault)),
      drop: never,
      partition: never,
      'lose-answer': async (perform) => {
        await perform();
        return never();
      },
      kill: () => {
        if (caller.environment) kill(caller.environment.id);
        return never();
      },
    }));
  };
}

const refusal = (fault: Fault): AwsError =>
  new AwsError(fault.error?.status ?? 500, fault.error?.code ?? 'InternalServerError', `broken on purpose: ${why(fault)}`);

/** Throttling errors differ by service. */
function throttling({ service }: AwsCall, fault: Fault): AwsError {
  const message = `slowed down on purpose: ${why(fault)}`;
  if (service === 'dynamodb') return new AwsError(400, 'ProvisionedThroughputExceededException', message);
  if (service === 's3') return new AwsError(503, 'SlowDown', message);
  return service === 'execute-api'
    ? new AwsError(429, 'LimitExceededException', message)
    : new AwsError(400, 'ThrottlingException', message);
}

function runFaults(faults: Faults): RunInterceptor {
  return (functionName, run) =>
    faults.pass<InvokeResult>(
      'invocations',
      { function: functionName },
      () => run(),
      (fault) => ({
        fail: () => run('throw'),
        kill: () => run('exit'),
        throttle: async () => ({ kind: 'throttled', reason: why(fault) }),
        drop: never,
      }),
    );
}

function deliveryFaults(faults: Faults): DeliveryInterceptor {
  return (target: TargetSpec, attempt) =>
    faults.pass('deliveries', { target: target.arn }, attempt, (fault) => ({
      fail: () => Promise.reject(new AwsError(500, 'InternalFailure', `broken on purpose: ${why(fault)}`)),
      throttle: () => Promise.reject(new AwsError(429, 'ThrottlingException', `slowed down on purpose: ${why(fault)}`)),
      drop: async () => undefined,
    }));
}

const nothing = async (): Promise<void> => undefined;

function frameFaults(faults: Faults, apiNamed: (apiId: unknown) => string | undefined): FrameInterceptor {
  return ({ apiId, direction, vanish }, next) =>
    void faults.pass(
      'frames',
      { api: apiNamed(apiId), direction },
      async () => next(),
      () => ({
        drop: nothing,
        partition: nothing,
        kill: async () => vanish(),
      }),
    );
}

const readFaults = (faults: Faults, functionArn: string) => (): Promise<void> =>
  faults.pass('stream-reads', { function: functionArn }, nothing, (fault) => ({ fail: () => Promise.reject(new Error(why(fault))) }));

const recordFaults =
  (faults: Faults, functionArn: string): RecordInterceptor =>
  ({ eventName }, next) =>
    void faults.pass(
      'stream-records',
      { function: functionArn, event: eventName },
      async () => next(),
      () => ({ drop: nothing }),
    );
