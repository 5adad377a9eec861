import { backgroundClock } from '../events/background-clock';
import type { AwsCall, Interceptor, InvocationInterceptor } from '../services';
import type { LatencyOperation } from './aws-latency';
import type { Latency } from './latency-profile';

/** Where the services of the local cloud wait to be as slow as a profile says. Without a profile nothing waits. */
export interface LatencyHooks {
  readonly intercept?: Interceptor;
  readonly interceptInvocation?: InvocationInterceptor;
  readonly beforeMock?: () => Promise<void>;
  readonly beforeDelivery?: () => Promise<void>;
  readonly beforeBatch?: () => Promise<void>;
  readonly beforeColdStart?: () => Promise<void>;
}

export function latencyHooks(latency: Latency | undefined): LatencyHooks {
  if (!latency) return {};
  const pass = (ms: number): Promise<void> => backgroundClock.sleep(ms);
  const before = (operation: LatencyOperation) => () => pass(latency(operation));
  return {
    intercept: async (call, next) => {
      const operation = operationOf(call);
      if (operation === undefined) return next();
      const ms = latency(operation);
      if (operation !== 'DynamoDB read' && operation !== 'DynamoDB write') {
        await pass(ms);
        return next();
      }
      // There and back: what is written can be read before its writer hears so.
      await pass(ms / 2);
      const reply = await next();
      await pass(ms / 2);
      return reply;
    },
    interceptInvocation: async (_, next) => {
      await pass(latency('gateway to function'));
      return next();
    },
    beforeMock: before('MOCK route'),
    beforeDelivery: before('bus to target'),
    beforeBatch: before('stream read'),
    beforeColdStart: before('cold start'),
  };
}

const DYNAMODB_READS = /^(Batch)?Get|^Query$|^Scan$/;

function operationOf({ service, operation }: AwsCall): LatencyOperation | undefined {
  switch (service) {
    case 'dynamodb':
      return DYNAMODB_READS.test(operation) ? 'DynamoDB read' : 'DynamoDB write';
    case 'execute-api':
      return operation === 'ManageConnections' ? 'PostToConnection' : 'WebSocket connect';
    case 'events':
      return 'PutEvents';
    case 'ssm':
      return 'GetParameter';
    default:
      return undefined;
  }
}
